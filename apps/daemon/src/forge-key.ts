import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";

import { orchError, type Random } from "@orch/core";
import { replaceFile } from "@orch/security";

const KEY_BYTES = 32;

/**
 * The key that signs what orch says on forges: made once, and readable by the person alone. Whoever loses it loses no
 * more than that orch does not know its earlier comments again. Throws `home_unusable`.
 */
export async function readForgeKey(path: string, random: Random): Promise<Uint8Array> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw orchError("home_unusable", `${path} can't be read`, { hint: "Make it readable, or remove it.", cause });
  });
  const known = Buffer.from(text.trim(), "hex");
  if (known.length >= KEY_BYTES) return known;
  const made = Buffer.from(random.token(KEY_BYTES), "hex");
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, `${made.toString("hex")}\n`);
  return made;
}
