import { forgeReasons } from "./verdict-forge.ts";

/** How the engine treats a reason. */
export type ReasonAction =
  /** Try again, same agent allowed. */
  | "retry"
  /** Try again with another agent or model when there is one. */
  | "failover"
  /** Wait until the service answers again, or go on with another agent, as the policy says. */
  | "wait"
  /** A person has to look. */
  | "person";

/** One row of the reason table. */
export interface ReasonMeaning {
  readonly action: ReasonAction;
  /** `none`: at once; `exponential`: 30 s doubling to 15 min with jitter (seed rule U11). */
  readonly delay: "none" | "exponential";
  /** False for losses that are nobody's fault: they do not feed the three-equal-failures breaker. */
  readonly counts: boolean;
  /** True: may come again and again within `max_attempts`, for the work goes on. */
  readonly uncapped?: true;
  /** How long the agent (`account`) or its model (`model`) is not given tasks, unless the service names the time. */
  readonly cooldown?: { readonly scope: "account" | "model"; readonly ms: number };
  readonly summary: string;
  /** What a person can do about it. */
  readonly hint: string;
}

const HALF_HOUR_MS = 1_800_000;

const retry = { action: "retry", delay: "exponential", counts: true } as const;
const failover = { action: "failover", delay: "exponential", counts: true } as const;
/** Another agent is asked at once: this one rests. Nobody's fault, so it feeds no breaker. */
const resting = {
  ...failover,
  delay: "none",
  counts: false,
  cooldown: { scope: "account", ms: HALF_HOUR_MS },
} as const;
const person = { action: "person", delay: "none", counts: true } as const;

/** Every reason why an attempt did not pass, and what follows. `docs/verdicts.md` is generated from it. */
export const reasonTable = {
  agent_failed: {
    ...retry,
    summary: "The agent ended with an error of its own.",
    hint: "Read the transcript: orch task get shows where it is.",
  },
  agent_incomplete: {
    ...retry,
    delay: "none",
    uncapped: true,
    summary: "The agent says that work remains.",
    hint: "orch goes on by itself; split the task if it happens again.",
  },
  delegated: {
    action: "retry",
    delay: "none",
    counts: false,
    uncapped: true,
    summary: "The agent handed parts of the task to others.",
    hint: "Nothing to do: the task goes on when they are done; orch task tree shows them.",
  },
  invalid_output: {
    ...retry,
    summary: "The agent's output or final report can't be understood.",
    hint: "The capture is kept in the attempt folder; check the agent's version.",
  },
  checks_failed: {
    ...retry,
    delay: "none",
    summary: "A check of the project failed on the agent's commit.",
    hint: "The next attempt is told what failed; the receipt holds the output.",
  },
  wrong_branch: {
    ...retry,
    delay: "none",
    summary: "The agent left its branch or committed to another one.",
    hint: "The next attempt is told; the stray commits are kept under refs/orch/rescue.",
  },
  left_processes: {
    ...retry,
    delay: "none",
    summary: "The agent ended while processes that it had started went on; they were killed.",
    hint: "The next attempt is told to stop what it starts.",
  },
  silence: {
    ...retry,
    summary: "The agent printed nothing for longer than the silence limit.",
    hint: "Raise workflow.silence_seconds if the agent is known to be quiet.",
  },
  no_progress: {
    ...retry,
    summary: "The agent printed, but did nothing for longer than the no-progress limit.",
    hint: "Attach to the next attempt, or raise workflow.no_progress_seconds.",
  },
  wall_timeout: {
    ...retry,
    summary: "The attempt took longer than its time limit.",
    hint: "Raise workflow.timeout_seconds, or split the task.",
  },
  output_limit: {
    ...retry,
    summary: "The agent printed more than the output limit.",
    hint: "Raise workflow.max_output_bytes if that is expected.",
  },
  quota_exceeded: {
    ...retry,
    summary: "The agent's processes took more of the machine than they may: memory, processes or the size of a file.",
    hint: "Raise workflow.max_memory_mb, max_processes or max_file_mb if that is expected.",
  },
  session_lost: {
    action: "retry",
    delay: "none",
    counts: false,
    summary: "The session's supervisor died; what it had started was killed.",
    hint: "Nothing to do: the task is tried again.",
  },
  launch_failed: {
    ...retry,
    summary: "The agent's program could not be started.",
    hint: "Run orch doctor.",
  },
  infrastructure: {
    action: "retry",
    delay: "exponential",
    counts: false,
    summary: "Git, the disk or another tool of orch failed.",
    hint: "Run orch doctor; the log has the details.",
  },
  network: {
    ...retry,
    summary: "The model's service could not be reached.",
    hint: "Check the connection.",
  },
  overloaded: {
    ...failover,
    summary: "The model's service is overloaded.",
    hint: "Nothing to do: tried again.",
  },
  rate_limited: {
    ...resting,
    summary: "The model's service limits the rate.",
    hint: "Nothing to do: another agent goes on, or this one after its rest.",
  },
  usage_limited: {
    action: "wait",
    delay: "exponential",
    counts: false,
    cooldown: { scope: "account", ms: HALF_HOUR_MS },
    summary: "The account's usage limit is reached.",
    hint: "Nothing to do: another account or agent goes on, or this one when the limit resets.",
  },
  model_unavailable: {
    ...resting,
    cooldown: { scope: "model", ms: 2 * HALF_HOUR_MS },
    summary: "The service does not know the model, or not for this account.",
    hint: "Set another model for the agent in the configuration.",
  },
  context_overflow: {
    ...failover,
    delay: "none",
    summary: "The conversation outgrew the model's context.",
    hint: "Split the task, or choose a model with a larger context.",
  },
  no_changes: {
    ...person,
    summary: "The agent says that it is done, but nothing changed.",
    hint: 'If nothing had to change, cancel the task; else say more: orch task retry <task> --note "…"',
  },
  too_many_parts: {
    ...person,
    summary: "The agent divides the task further than orch lets it.",
    hint: "Say more exactly what is wanted, or divide the task yourself; then orch task retry.",
  },
  no_parts: {
    ...person,
    summary: "The task was to be divided, and its agent found no parts.",
    hint: "Read its report; take the label `plan` away and retry, so that it is done as one.",
  },
  agent_asked: {
    ...person,
    summary: "The agent asks a person for something.",
    hint: 'Answer with: orch task retry <task> --note "your answer"',
  },
  agent_blocked: {
    ...person,
    summary: "The agent reports that it can't go on.",
    hint: 'Remove what blocks it, then orch task retry; tell the agent with --note "…"',
  },
  auth: {
    ...resting,
    summary: "The agent is not logged in.",
    hint: "Log the agent in, then orch task retry.",
  },
  quota: {
    ...resting,
    summary: "The account has no credit.",
    hint: "Top the account up, then orch task retry.",
  },
  untrusted_task: {
    ...person,
    summary: "Nobody has read the words of the task yet, so its agent could look and report, but change nothing.",
    hint: "Read the task and the report (orch task get), then: orch task trust <task>, or cancel it.",
  },
  permission_denied: {
    ...person,
    summary: "The agent was denied something that it needs.",
    hint: "Look at the denial in the transcript; widen the permissions or the task.",
  },
  missing_tool: {
    ...failover,
    delay: "none",
    summary: "A program that the agent needs is missing: its own, or one that it can't do without.",
    hint: "Install it, then orch task retry; another agent goes on meanwhile, where there is one.",
  },
  required_tools: {
    ...person,
    summary: "A program that the project requires is missing.",
    hint: "Install it, then orch task retry.",
  },
  setup_failed: {
    ...person,
    summary: "A hook of the project failed before the agent could start.",
    hint: "Run the hook by hand; its output is in the attempt folder.",
  },
  wrote_outside: {
    ...person,
    summary: "Files outside the clone changed while the agent ran without a sandbox.",
    hint: "Look at the files named. If it was you, orch task merge takes the result where there is one; else undo it and retry.",
  },
  protected_path: {
    ...person,
    summary: "The change touches a protected path.",
    hint: "Review the branch under refs/orch/rescue, then merge it by hand or retry.",
  },
  secret_found: {
    ...person,
    summary: "The change holds something that looks like a secret.",
    hint: "Revoke the secret if it is real; then retry.",
  },
  unsafe_tree: {
    ...person,
    summary: "The change holds a link or a file that leaves the tree.",
    hint: 'Look at the finding, then tell the next attempt: orch task retry <task> --note "…"',
  },
  too_large: {
    ...person,
    summary: "The change is larger than the gate allows.",
    hint: "Split the task, or raise gate.max_files and gate.max_bytes.",
  },
  no_agent: {
    ...person,
    summary: "No configured agent can take the task.",
    hint: "Run orch agents, then install or configure one and orch task retry.",
  },
  agents_exhausted: {
    ...person,
    summary: "Every agent that could take the task is resting after a failure.",
    hint: "Run orch agents to see who rests until when; orch task retry tries all of them again at once.",
  },
  budget_exceeded: {
    ...person,
    summary: "A budget of tokens or money is used up.",
    hint: "See orch cost; raise the budget in the configuration, then orch task retry.",
  },
  price_unknown: {
    ...person,
    summary: "A budget in dollars can't be kept: nobody knows what the agent's model costs.",
    hint: "Name the model (agents.<name>.model) and its price (pricing.models.<model>), or set pricing.fallback for all without one; then orch task retry.",
  },
  diff_budget_exceeded: {
    ...person,
    summary: "The change is larger than the project's policy allows.",
    hint: "Look at the branch under refs/orch/rescue; split the task, or raise policy.max_changed_files and policy.max_added_lines.",
  },
  test_command_failed: {
    ...person,
    summary: "A test that the agent ran failed and was not seen to pass again.",
    hint: "Look at the branch under refs/orch/rescue. Make the test a check, so that orch runs it itself, or name it in grading.known_test_failures.",
  },
  hard_failure: {
    ...person,
    summary: "The agent ended with an error that another try would not mend.",
    hint: "Read the error and mend its cause, then orch task retry.",
  },
  missing_evidence: {
    ...person,
    summary: "Fewer checks have proven the change than the project's policy asks for.",
    hint: "Configure checks, or lower policy.min_checks.",
  },
  safety_violation: {
    ...person,
    summary: "The agent ran a command that policy.forbidden_commands keeps from it.",
    hint: "Look at the command. If it did no harm, orch task merge takes the result where there is one; else retry, or change policy.forbidden_commands.",
  },
  agent_push_disallowed: {
    ...person,
    summary: "The agent published something itself, or tried to: that is orch's work.",
    hint: "Look at what it published. orch task merge takes the result where there is one; workflow.allow_agent_push lets agents publish.",
  },
  base_missing: {
    ...person,
    summary: "The branch to start from does not exist.",
    hint: "Create it, or give another one with --base.",
  },
  branch_taken: {
    ...person,
    summary: "The task's branch in your repository holds commits that orch did not make.",
    hint: "Merge or rename that branch, then orch task retry.",
  },
  push_refused: {
    ...person,
    summary: "The repository takes the task's branch for against its rules.",
    hint: "Change the rule or the account's rights there, then orch task retry: without a note the checked commit is pushed again, and no agent runs.",
  },
  push_failed: {
    ...person,
    summary: "The task's branch could not be pushed, in three tries.",
    hint: "Look at the connection and at the repository, then orch task retry: without a note the checked commit is pushed again, and no agent runs.",
  },
  dependency_cancelled: {
    ...person,
    summary: "A task that this one waits for was cancelled.",
    hint: "orch task unblock to go on without it, or cancel this one too.",
  },
  merge_conflict: {
    ...person,
    summary: "The result does not merge cleanly.",
    hint: "Merge by hand, or retry: the next attempt starts from the new base.",
  },
  merge_refused: {
    ...person,
    summary: "The target branch could not be moved.",
    hint: "On a forge orch goes on by itself when its rules are satisfied, or somebody approves the pull request. In your own repository: commit or stash what is open in your checkout, then orch task merge.",
  },
  ...forgeReasons,
  max_attempts: {
    ...person,
    summary: "All attempts are used up.",
    hint: "Look at the last attempts, then orch task retry to start afresh.",
  },
  retry_limit: {
    ...person,
    summary: "Failures of one kind came too often in a row, not always the same way.",
    hint: "Look at the last attempts, then orch task retry; workflow.class_failures says how often is too often.",
  },
  repeated_failure: {
    ...person,
    summary: "The same failure came three times in a row.",
    hint: "Change something (the task, the checks, the agent), then orch task retry.",
  },
  interrupted: {
    ...person,
    summary: "A person stopped the attempt.",
    hint: "Go on with orch run --resume or orch task retry.",
  },
  sandbox_unavailable: {
    ...person,
    summary: "The sandbox asked for can't be had on this machine.",
    hint: "Run orch doctor --fix; or go on without a sandbox, for this project: orch run --resume --sandbox none",
  },
} as const satisfies Record<string, ReasonMeaning>;

/** The closed set of reasons. */
export type Reason = keyof typeof reasonTable;

/** All reason codes, in the table's order. */
export const reasons = Object.keys(reasonTable) as readonly Reason[];

/** What an attempt came to. */
export type Verdict =
  | { readonly kind: "pass" }
  | {
      readonly kind: "retryable";
      readonly reason: Reason;
      /** One sentence for people, bounded to 2,000 characters, redacted. */
      readonly detail: string;
      /** Not before this time (epoch milliseconds), where the service named one. */
      readonly retryAt?: number;
    }
  | { readonly kind: "human"; readonly reason: Reason; readonly detail: string };

/** The row of a reason. */
export function meaningOf(reason: Reason): ReasonMeaning {
  return reasonTable[reason];
}

/** The verdict that the reason table gives for a reason; the only way to build one that is not a pass. */
export function verdictOf(reason: Reason, detail: string, retryAt?: number): Verdict {
  const text = detail.length > 2000 ? `${detail.slice(0, 1999)}…` : detail;
  if (meaningOf(reason).action === "person") return { kind: "human", reason, detail: text };
  return { kind: "retryable", reason, detail: text, ...(retryAt === undefined ? {} : { retryAt }) };
}
