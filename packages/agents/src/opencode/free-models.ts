import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { AgentSettings, Clock } from "@orch/core";

import { askProgram } from "../ask-program.ts";
import { findProgram } from "../find-program.ts";
import type { AgentSurroundings } from "../surroundings.ts";
import { quietEnvironment } from "./opencode-config.ts";
import { opencodeHome } from "./opencode-home.ts";

const HOUR_MS = 3_600_000;
const ANSWER_MS = 20_000;

/** What the list of free models is asked with. */
export interface FreeModelsParts {
  readonly surroundings: AgentSurroundings;
  readonly clock: Clock;
}

/**
 * The models that opencode offers for nothing, as `provider/model` (seed row A100). Asked at most once an hour for the
 * same command; empty when opencode is missing or does not answer within 20 s, which is asked again the next time.
 */
export function createFreeModels(parts: FreeModelsParts): (settings: AgentSettings) => Promise<readonly string[]> {
  const known = new Map<string, { readonly at: number; readonly models: readonly string[] }>();
  return async (settings) => {
    const key = JSON.stringify(settings.command);
    const cached = known.get(key);
    if (cached !== undefined && parts.clock.monotonic() - cached.at < HOUR_MS) return cached.models;
    const models = freeModels(await listModels(settings, parts.surroundings));
    if (models.length > 0) known.set(key, { at: parts.clock.monotonic(), models });
    return models;
  };
}

/** The free ones of a list as `opencode models` prints it. */
function freeModels(list: string): readonly string[] {
  const names = list.split("\n").map((line) => line.trim());
  return names.filter((name) => /^[\w.-]+\/\S+$/.test(name) && name.toLowerCase().includes("free"));
}

async function listModels(settings: AgentSettings, surroundings: AgentSurroundings): Promise<string> {
  const [name = "opencode", ...rest] = settings.command;
  const program = await findProgram(name, surroundings);
  if (program === undefined) return "";
  const folder = await mkdtemp(join(tmpdir(), "orch-models-"));
  try {
    const answer = await askProgram([program, ...rest, "models"], {
      cwd: folder,
      env: { PATH: surroundings.path.join(":"), HOME: folder, ...quietEnvironment, ...opencodeHome(folder).env },
      limitMs: ANSWER_MS,
      maxBytes: 1_000_000,
    });
    return answer ?? "";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
