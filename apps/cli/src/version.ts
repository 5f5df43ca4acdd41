import { readFileSync } from "node:fs";

/** The version of this package; "unknown" when its manifest can't be read. */
export function ownVersion(): string {
  try {
    const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    return /"version": "([^"]+)"/.exec(manifest)?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}
