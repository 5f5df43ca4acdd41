import { isPlain } from "./advance-moves.ts";
import type { TaskPolicy } from "./policy.ts";
import type { MissingForMerge, PullFacts, Task } from "./task.ts";
import { trustRules } from "./trust.ts";

type InReview = Extract<Task, { status: "in_review" }>;

/** Whether a pull request goes into another branch than the result was checked for. */
export function isElsewhere({ result }: Pick<InReview, "result">, { base }: PullFacts): boolean {
  return base !== undefined && base !== result.base;
}

function waits({ waitsFor = [] }: InReview): boolean {
  return waitsFor.length > 0;
}

/** Whether everything known speaks for the merge; the handler looks at all of it again before it merges (law 6). */
export function mayMerge(task: InReview, policy: TaskPolicy): boolean {
  return task.seen?.missing === undefined && isWished(task, policy);
}

/** Which checks a branch requires that stayed away for too long, where nothing else stands in the way; in words for people. */
export function overdueChecks(task: InReview, policy: TaskPolicy): string | undefined {
  const { missing } = task.seen ?? {};
  if (missing?.overdue !== true || !isWished(task, policy)) return undefined;
  return `${task.result.base} requires ${missing.checks.join(", ")}, of which nothing was heard.`;
}

/** The same, whatever the rules of the branch still ask for. */
function isWished(task: InReview, policy: TaskPolicy): boolean {
  const { result, seen: facts, approval } = task;
  if (facts === undefined || waits(task) || !isAsChecked(task, facts) || !isGreen(facts)) return false;
  if (facts.mergeable === "conflict" || isHeldAsDraft(task, facts)) return false;
  // Said of this very commit, and by somebody who saw the reviews.
  if (approval?.commit === result.commit) return true;
  if (facts.decision === "changes_requested") return false;
  if (facts.decision === "approved") return policy.merge !== "never";
  return policy.merge === "auto" && !facts.draft && mergesAlone(task, policy);
}

/** Whether a pull request is open, and would bring the result where it was checked for. */
export function isAsChecked(task: Pick<InReview, "result">, facts: PullFacts): boolean {
  return facts.state === "open" && facts.head === task.result.commit && !isElsewhere(task, facts);
}

/** One green check is not all of them: others may be yet to come. */
function isGreen({ checks, quiet }: PullFacts): boolean {
  return quiet && (checks === "passing" || checks === "none");
}

/** What people made a draft waits until it is ready again, whoever approved it before. */
function isHeldAsDraft({ pull }: InReview, { draft }: PullFacts): boolean {
  return draft && pull?.draft !== true;
}

/** Whether the result needs nobody's word: its own checks prove it, and nothing about it is doubtful. */
export function mergesAlone(task: InReview, policy: TaskPolicy): boolean {
  const { result, reviewed: look } = task;
  if (!isPlain(result) || !trustRules(task).mergesAlone) return false;
  return policy.forge?.reviewAgent !== true || look?.commit === result.commit;
}

/** The same as a sentence for people; nothing where nothing is missing. */
export function missingLines(missing: MissingForMerge | undefined): readonly string[] {
  if (missing === undefined) return [];
  const words = missingWords(missing).join(", ");
  return [`The branch requires what is not there yet: ${words}. orch goes on by itself when it is.`];
}

/** What the rules of a branch ask for and is not there, each a few words for people. */
export function missingWords({ checks, approvals }: MissingForMerge): readonly string[] {
  const reviews = approvals === 1 ? "1 approving review" : `${approvals} approving reviews`;
  return [...checks.map((name) => `the check ${name}`), ...(approvals === 0 ? [] : [reviews])];
}
