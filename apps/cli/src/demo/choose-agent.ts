import type { CommandResults } from "@orch/api";

import { oneLine } from "../render/style.ts";

/** An agent, as the daemon found it on this machine. */
type FoundAgent = CommandResults["agents"]["agents"][number];

/** Who does the demo's tasks, and how that came about. */
export interface ChosenAgent {
  readonly name: string;
  /** Lines for the person: who it is first, then why nobody else. */
  readonly why: readonly string[];
}

const REPLAY = "replay";

/** Chooses the first agent that is installed and logged in, else the recording. */
export function chooseAgent(agents: readonly FoundAgent[]): ChosenAgent {
  const known = agents.filter(({ driver }) => driver !== REPLAY);
  const ready = known.find(({ installed, login }) => installed && login === "logged_in");
  if (ready !== undefined) {
    const version = ready.version === undefined ? "" : ` ${oneLine(ready.version)}`;
    return { name: ready.name, why: [`${ready.name}${version}, which is installed and logged in here`] };
  }
  return {
    name: REPLAY,
    why: [
      "replay, which plays a recording: no agent is ready here. Only its words are canned;",
      "the edits, tests, receipts and merges are real.",
      ...known.map((agent) => whyNot(agent)),
    ],
  };
}

function whyNot({ name, installed, hint }: FoundAgent): string {
  const state = installed ? "not logged in" : "not installed";
  return `${name} is ${state}${hint === undefined ? "." : `: ${oneLine(hint)}`}`;
}
