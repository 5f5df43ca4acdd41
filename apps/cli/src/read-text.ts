import { open } from "node:fs/promises";

import { orchError } from "@orch/core";

/** The text of a file that the caller names, of at most so many bytes; throws `usage` when there is none. */
export async function readText(path: string, longest: number): Promise<string> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw orchError("usage", `${path} can't be read`, { hint: "Give a file, or - for standard input.", cause });
  });
  try {
    const about = await file.stat();
    if (!about.isFile() || about.size > longest) {
      const why = about.isFile() ? "is too long" : "is no file";
      throw orchError("usage", `${path} ${why}`, { hint: `Give a file of at most ${longest} bytes.` });
    }
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
