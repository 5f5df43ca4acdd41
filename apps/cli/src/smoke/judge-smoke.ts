import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import type { AttemptView, CommandResults, UsageView } from "@orch/api";
import { attemptFolder } from "@orch/config";
import { parseTaskRef, unwrap } from "@orch/core";

import { git } from "../git.ts";
import { ANSWER_FILE, type SmokePlace } from "./smoke-place.ts";

const EXIT_BYTES = 64 * 1024;
const LARGEST_SEARCHED = 64 * 1024 * 1024;

type Smoke = NonNullable<CommandResults["doctor"]["smoke"]>;
type Agent = Smoke["agents"][number];
type Proof = Agent["proved"][number];
type Whole = CommandResults["task get"];
type Verdict = Pick<Agent, "reason" | "detail" | "hint">;

/** What to do about reasons whose usual hints are about tasks. */
const HINTS: Readonly<Record<string, string>> = {
  auth: "Log it in, or give it a key that works; then try it again.",
  quota: "Top the account up.",
  usage_limited: "Wait until the limit resets, or name another account in agents.<name>.accounts.",
  no_changes: "It said that it was done, and had changed nothing: try another model.",
  checks_failed: "It said that it was done, and answer.txt does not hold a hash: try another model.",
  wall_timeout: "Give it more time: --max-seconds.",
  budget_exceeded: "Let it use up more: --max-cost.",
  agent_asked: "It asked a person, where it had all that it needed: try another model.",
  agent_blocked: "It gave up: its sandbox may lack something. See: orch doctor",
  agent_failed: "Start it by hand: what stops it there stops it here.",
  invalid_output: "Another version of it may speak otherwise: see docs/agents.",
  rate_limited: "Wait a while, then try it again.",
  overloaded: "Wait a while, then try it again.",
  model_unavailable: "Set another model for it: agents.<name>.model.",
  sandbox_unavailable: "Run orch doctor --fix, or name in sandbox.read what the sandbox hides.",
  price_unknown: "Give its model a price under pricing.",
  agent_incomplete: "It did not come to an end: try another model.",
};

const REPORT = "This should not be: please report it, as docs/guides/troubleshooting.md says.";

/** What is looked at after an agent's job. */
export interface JudgedJob {
  readonly found: CommandResults["agents"]["agents"][number];
  /** How its task stood at the end. */
  readonly whole: Whole;
  readonly place: Pick<SmokePlace, "root" | "home" | "repository" | "answer">;
  /** The agent's keys and logins. */
  readonly keys: readonly string[];
}

/** Looks at what an agent left, whatever it said. Nothing may run there any more. */
export async function judgeSmoke(job: JudgedJob): Promise<Agent> {
  const { found, whole } = job;
  const [attempt] = whole.attempts;
  const { model, confinement } = attempt ?? {};
  const usage = attempt === undefined ? undefined : usageOf(attempt.usage);
  const proofs = await lookAtAll(job, attempt);
  const proved = Object.entries(proofs).flatMap(([name, fault]) => (fault === undefined ? [name as Proof] : []));
  const fault = verdictOf(whole, attempt) ?? Object.values(proofs).find((one) => one !== undefined);
  return {
    ...nameOf(found),
    state: fault === undefined ? "ok" : "failed",
    proved,
    ...fault,
    ...(model === undefined ? {} : { model }),
    ...(attempt?.endedAt === undefined ? {} : { seconds: (attempt.endedAt - attempt.startedAt) / 1000 }),
    ...(usage === undefined ? {} : { usage }),
    ...(confinement === undefined ? {} : { confinement }),
  };
}

/** An agent as its row begins. */
export function nameOf({ name, driver, version }: JudgedJob["found"]): Pick<Agent, "agent" | "driver" | "version"> {
  return { agent: name, driver, ...(version === undefined ? {} : { version }) };
}

/** What orch's own verdict says against it; undefined: nothing. */
function verdictOf({ task }: Whole, attempt: AttemptView | undefined): Verdict | undefined {
  const { verdict } = attempt ?? {};
  if (verdict?.kind === "pass") return undefined;
  const { reason = "wall_timeout", detail, hint } = verdict ?? task;
  const help = HINTS[reason] ?? hint;
  return {
    reason,
    detail: detail ?? "it did not come to its end",
    ...(help === undefined ? {} : { hint: help }),
  };
}

/** Each proof with what speaks against it. */
async function lookAtAll(
  job: JudgedJob,
  attempt: AttemptView | undefined,
): Promise<Record<Proof, Verdict | undefined>> {
  return {
    result: await resultFault(job, attempt),
    check: checkFault(attempt),
    report: reportFault(attempt),
    exit_record: await exitFault(job, attempt),
    keyless: await keyFault(job),
  };
}

async function resultFault({ place }: JudgedJob, attempt: AttemptView | undefined): Promise<Verdict | undefined> {
  const reason = "wrong_result";
  if (attempt?.commit === undefined) return { reason, detail: "there is no commit", hint: REPORT };
  const said = await git(place.repository, "show", `${attempt.commit}:${ANSWER_FILE}`).catch(() => undefined);
  if (said === undefined)
    return { reason, detail: `its commit has no ${ANSWER_FILE}, or did not arrive`, hint: REPORT };
  if (said.trim() === place.answer) return undefined;
  const detail = `${ANSWER_FILE} does not hold what the command prints`;
  return { reason, detail, hint: "It said that it had run the command: try another model." };
}

function checkFault(attempt: AttemptView | undefined): Verdict | undefined {
  const receipts = attempt?.receipts ?? [];
  if (receipts.length > 0 && receipts.every(({ ok }) => ok)) return undefined;
  return { reason: "no_receipt", detail: "orch has no receipt of the check that passed", hint: REPORT };
}

function reportFault(attempt: AttemptView | undefined): Verdict | undefined {
  if (attempt?.summary !== undefined) return undefined;
  const hint = "It did the work and said nothing that orch understands: try another model, or see docs/agents.";
  return { reason: "no_report", detail: "it gave no report that orch could read", hint };
}

async function exitFault({ place, whole }: JudgedJob, attempt: AttemptView | undefined): Promise<Verdict | undefined> {
  const reason = "no_exit_record";
  if (attempt === undefined) return { reason, detail: "it never ran", hint: REPORT };
  const folder = attemptFolder(place.home, { ...unwrap(parseTaskRef(whole.task.key)), attempt: attempt.attempt });
  const text = await readFile(join(folder, "session", "exit.json"), "utf8").catch(() => "");
  try {
    const record: unknown = JSON.parse(text.slice(0, EXIT_BYTES));
    if (typeof record === "object" && record !== null && "cause" in record) return undefined;
  } catch {
    // Told below.
  }
  return { reason, detail: "its session left no exit record that can be read", hint: REPORT };
}

/** Nothing that is left may hold a key, but for the configuration, which is the person's own. */
async function keyFault({ place, keys }: JudgedJob): Promise<Verdict | undefined> {
  const left = keys.length === 0 ? undefined : await fileWith(place.root, { keys, home: place.home });
  if (left === undefined) return undefined;
  return { reason: "key_left", detail: `a key of it is in ${left.slice(place.root.length + 1)}`, hint: REPORT };
}

async function fileWith(
  folder: string,
  what: { readonly keys: readonly string[]; readonly home: string },
): Promise<string | undefined> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const inside = await fileWith(path, what);
      if (inside !== undefined) return inside;
    } else if (entry.isFile() && path !== join(what.home, "config.yml")) {
      const { size } = await stat(path);
      const content = size > LARGEST_SEARCHED ? undefined : await readFile(path);
      if (what.keys.some((key) => content?.includes(key) === true)) return path;
    }
  }
  return undefined;
}

/** A price of nothing stands for one that nobody knows. */
function usageOf({ costUsd, ...tokens }: UsageView): UsageView {
  return costUsd === undefined || costUsd === 0 ? tokens : { ...tokens, costUsd };
}
