import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Result } from "@orch/core";

import { bringFolder, type BringInput } from "../bring-conversation.ts";

const HOME = "home";

/** What a program can make again; it is large, and no conversation lies in it. */
const NOT_KEPT = new Set([".cache", ".npm", ".bun", "node_modules"]);

/** The home of one run, below its folder. */
export async function makeAcpHome(folder: string): Promise<string> {
  const home = join(folder, HOME);
  await mkdir(home, { recursive: true, mode: 0o700 });
  return home;
}

/** Brings the files of an earlier run's home: the protocol does not say where an agent keeps its conversations. */
export function bringAcpConversation(input: BringInput): Promise<Result<void, string>> {
  return bringFolder(input, { folder: HOME, keep: ({ name }) => !NOT_KEPT.has(name) });
}
