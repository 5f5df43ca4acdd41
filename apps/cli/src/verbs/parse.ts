import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import { decodeRecording, recordedAgents } from "@orch/agents";
import { orchError } from "@orch/core";

import type { LocalVerb } from "../context.ts";

/** Says what a recorded output amounts to; exits with 1 when that is no success. */
export const parse: LocalVerb<"parse"> = async ({ host }, { file, agent }) => {
  if (agent === undefined) {
    throw orchError("usage", "--agent is missing", {
      hint: `Whose output is it? One of ${recordedAgents.join(", ")}, …`,
    });
  }
  const text = file === "-" ? await host.readInput() : await read(resolve(host.folder, file));
  const { events, report, failure, usage } = decodeRecording(agent, text);
  const data = { events, report: report ?? null, failure: failure ?? null, usage };
  return { data, exitCode: failure === undefined ? 0 : 1 };
};

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw orchError("usage", `${path} can't be read`, { hint: "Give a file, or - for standard input.", cause });
  }
}
