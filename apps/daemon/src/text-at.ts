import { readFile } from "node:fs/promises";

import { orchError } from "@orch/core";

/** The text of a file; empty when it is not there. Throws `config_unreadable`. */
export async function textAt(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw orchError("config_unreadable", `${path} can't be read`, { hint: "Make it readable.", cause });
  }
}
