/**
 * Keys by which earlier systems confined an agent (seed rows A55, A57, A58, C36); `*` stands for any one name. Here orch's
 * own sandbox is around every session, and the agent's own is off.
 */
export const confinementKeys: readonly string[] = [
  "agents.*.sandbox",
  "policy.codex_sandbox",
  "run_agent_step.codex_sandbox",
  "workflow.permissions.sandbox",
  "workflow.sandbox",
];

/** The variable that said the same for a single run. */
export const CONFINEMENT_VARIABLE = "CODEX_SANDBOX";

/** What such a value comes to here. */
export interface Confinement {
  /** False: nothing may run under it. */
  readonly works: boolean;
  /** What a person should know, without its subject. */
  readonly message: string;
}

const SAME = {
  works: true,
  message: "asks for what orch's own sandbox gives, see sandbox.mode: an agent writes to its clone alone",
};
const LESS = {
  works: true,
  message:
    "asks for less than orch's own sandbox gives, which stays; to do without, say sandbox.mode: none in the global config.yml, or orch run --sandbox none for one project",
};
const MAIN_FOLDER = {
  works: true,
  message: "changes nothing: agents have clones of their own, and your folder is never theirs",
};
const READ_ONLY = {
  works: false,
  message: "asks for agents that change nothing, and no task is done so; take it out, or label single tasks `plan`",
};
const UNKNOWN = { works: true, message: "names no sandbox that orch knows; its own is around every agent" };

const MEANINGS: Readonly<Record<string, Confinement>> = {
  "full-auto": SAME,
  "workspace-write": SAME,
  true: SAME,
  "danger-full-access": LESS,
  "full-access": LESS,
  none: LESS,
  false: MAIN_FOLDER,
  "read-only": READ_ONLY,
};

/** What the value of such a key means here. Nothing of an earlier system ever loosens the sandbox. */
export function confinementOf(value: unknown): Confinement {
  const word = typeof value === "string" || typeof value === "boolean" ? String(value) : "";
  return Object.hasOwn(MEANINGS, word) ? (MEANINGS[word] ?? UNKNOWN) : UNKNOWN;
}
