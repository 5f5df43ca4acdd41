import { isDaemonGone, type CommandResults } from "@orch/api";
import type { Config } from "@orch/config";
import { isOrchError } from "@orch/core";

import { placeOf, type Context } from "../context.ts";
import { daemonEnvironment } from "../env.ts";
import { leftOf, renamedHint } from "../render/forges.ts";

type Finding = CommandResults["doctor"]["checks"][number];
type Forge = CommandResults["forges"]["forges"][number];

/** Below this share of an hour's requests a person should know. */
const SCARCE = 0.1;

/** What the forges say of orch: the daemon's, whose token counts; without one, what this environment reaches. */
export async function forgeFindings(context: Context, config: Config | undefined): Promise<readonly Finding[]> {
  const forges = await lookAt(context, config);
  return forges.map((forge) => findingOf(forge, forges.length > 1));
}

async function lookAt(context: Context, config: Config | undefined): Promise<readonly Forge[]> {
  try {
    return (await context.client.call("forges", placeOf(context))).forges;
  } catch (error) {
    if (!isOrchError(error)) throw error;
    // An older daemon, or a folder that it does not know, is told of elsewhere.
    if (!isDaemonGone(error) || config === undefined) return [];
    const { lookAtForge } = await import("@orch/daemon");
    const found = await lookAtForge(config, daemonEnvironment(context.host.home));
    return found === undefined ? [] : [found];
  }
}

function findingOf(forge: Forge, isOneOfMany: boolean): Finding {
  const { account, error, core, pausedUntil } = forge;
  const name = isOneOfMany ? `${forge.forge} ${forge.repository}` : forge.forge;
  if (account === undefined) {
    const { message, hint } = error ?? { message: `${forge.repository} did not answer` };
    return { name, state: "failed", detail: message, ...(hint === undefined ? {} : { hint }) };
  }
  const { login, source, role, rights, missing } = account;
  const detail = [
    `${login} (${source}), ${role} in ${forge.repository}`,
    ...(rights === undefined ? [] : [`may: ${rights.join(", ") || "nothing"}`]),
    leftOf(forge),
  ].join("\n");
  if (missing.length > 0) {
    const hint = `${missing.join("; ")}. What orch needs is in docs/guides/github.md.`;
    return { name, state: "failed", detail, hint };
  }
  if (forge.configured !== undefined)
    return { name, state: "warning", detail, hint: `${forge.configured} ${renamedHint(forge)}.` };
  const isScarce = core !== undefined && core.remaining < core.limit * SCARCE;
  if (pausedUntil === undefined && !isScarce) return { name, state: "ok", detail };
  return { name, state: "warning", detail, hint: "orch goes on by itself when the hour is over." };
}
