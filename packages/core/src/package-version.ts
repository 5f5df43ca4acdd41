import { readFileSync } from "node:fs";

/** The version in a package's manifest; "unknown" when it can't be read. */
export function packageVersion(manifest: URL): string {
  try {
    return /"version": *"([^"]+)"/.exec(readFileSync(manifest, "utf8"))?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}
