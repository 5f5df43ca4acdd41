import type { AgentName } from "./ids.ts";
import type { Assignment } from "./task.ts";
import { meaningOf, type Reason, type Verdict } from "./verdict.ts";

/** The longest that anything is waited for (weekly limits exist): what is said to end later than that is asked again. */
export const LONGEST_WAIT_MS = 8 * 24 * 3_600_000;

/** The name under which an agent's own default model cools down. */
export const DEFAULT_MODEL = "default";

/** A time in which an agent, one of its accounts or one of its models is not given tasks (seed row A98). */
export interface Cooldown {
  readonly agent: AgentName;
  /** Absent: the agent has one account only. */
  readonly account?: string;
  /** Absent: whatever the model. */
  readonly model?: string;
  readonly reason: Reason;
  /** When it began and when it ends (epoch milliseconds). */
  readonly since: number;
  readonly until: number;
  /** True when the service itself named the end. */
  readonly timed: boolean;
}

/** Who would do it, as far as cooldowns tell agents apart. */
export type CooldownTarget = Pick<Cooldown, "agent" | "account" | "model">;

/** What an attempt's verdict means for its agent from now on; undefined: nothing. The reason table has the times. */
export function cooldownAfter(
  verdict: Verdict,
  attempt: { readonly assignment: Pick<Assignment, "agent" | "account" | "model">; readonly now: number },
): Cooldown | undefined {
  if (verdict.kind === "pass") return undefined;
  const rule = meaningOf(verdict.reason).cooldown;
  if (rule === undefined) return undefined;
  const { assignment, now } = attempt;
  const retryAt = verdict.kind === "retryable" ? verdict.retryAt : undefined;
  const timed = retryAt !== undefined && retryAt > now;
  return {
    agent: assignment.agent,
    ...(assignment.account === undefined ? {} : { account: assignment.account }),
    ...(rule.scope === "model" ? { model: assignment.model ?? DEFAULT_MODEL } : {}),
    reason: verdict.reason,
    since: now,
    until: timed ? Math.min(retryAt, now + LONGEST_WAIT_MS) : now + rule.ms,
    timed,
  };
}

/** The cooldown that keeps a target from being used now, the one that ends last; undefined: it may be used. */
export function coolingDown(
  cooldowns: readonly Cooldown[],
  query: { readonly target: CooldownTarget; readonly now: number },
): Cooldown | undefined {
  const { target, now } = query;
  const model = target.model ?? DEFAULT_MODEL;
  return cooldowns
    .filter((known) => known.until > now && known.agent === target.agent && known.account === target.account)
    .filter((known) => known.model === undefined || known.model === model)
    .toSorted((left, right) => right.until - left.until)[0];
}

/** The list with one more: of the same target the one stays that ends last. */
export function withCooldown(cooldowns: readonly Cooldown[], added: Cooldown): readonly Cooldown[] {
  const isSame = ({ agent, account, model }: Cooldown): boolean =>
    agent === added.agent && account === added.account && model === added.model;
  const others = cooldowns.filter((known) => !isSame(known));
  const longer = cooldowns.find((known) => isSame(known) && known.until > added.until);
  return [...others, longer ?? added].filter(({ since }) => since > added.since - LONGEST_WAIT_MS);
}
