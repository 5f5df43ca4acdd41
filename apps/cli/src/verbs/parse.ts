import { resolve } from "node:path";

import { decodeRecording, recordedAgents } from "@orch/agents";
import { loadConfig } from "@orch/config";
import { orchError } from "@orch/core";
import { redacted } from "@orch/security";

import type { LocalVerb } from "../context.ts";
import { diagnoseHome } from "../diagnose-home.ts";
import { daemonEnvironment } from "../env.ts";
import type { Host } from "../host.ts";
import { readText } from "../read-text.ts";

/** What an attempt may print unless its limit is set higher. */
const LONGEST_RECORDING = 67_108_864;

/** Says what a recorded output amounts to, without secrets; exits with 1 when that is no success. */
export const parse: LocalVerb<"parse"> = async ({ host }, { file, agent }) => {
  if (agent === undefined) {
    throw orchError("usage", "--agent is missing", {
      hint: `Whose output is it? One of ${recordedAgents.join(", ")}, …`,
    });
  }
  const driver = await driverOf(agent, host);
  const text =
    file === "-"
      ? await host.readInput(LONGEST_RECORDING)
      : await readText(resolve(host.folder, file), LONGEST_RECORDING);
  const { events, report, failure, usage } = decodeRecording(driver, text);
  await using home = await diagnoseHome(host);
  // What somebody shows around: the text as it was is in the recording.
  const data = redacted(home.redactor, { events, report: report ?? null, failure: failure ?? null, usage });
  return { data, exitCode: failure === undefined ? 0 : 1 };
};

/** The driver of a configured agent; any other name has to be a driver's own. */
async function driverOf(agent: string, { home, folder }: Host): Promise<string> {
  if (recordedAgents.includes(agent) || agent === "command") return agent;
  const loaded = await loadConfig({ home, folder, env: daemonEnvironment(home) });
  const agents = loaded.ok ? loaded.value.config.agents : {};
  const driver = Object.hasOwn(agents, agent) ? agents[agent]?.driver : undefined;
  if (driver !== undefined) return driver;
  throw orchError("agent_unknown", `${JSON.stringify(agent)} is neither a configured agent nor a driver`, {
    hint: `Name an agent of your configuration, or one of ${recordedAgents.join(", ")}, command.`,
  });
}
