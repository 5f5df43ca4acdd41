import { trustTiers } from "@orch/core";
import { z } from "zod";

const time = z.int().describe("milliseconds since 1970");

const usage = z
  .object({
    inputTokens: z.number(),
    cachedInputTokens: z.number(),
    outputTokens: z.number(),
    costUsd: z.number().optional(),
  })
  .describe("tokens and, where the price is known, cost");

const confinement = z
  .object({
    sandbox: z.enum(["srt", "bwrap", "none"]),
    network: z.enum(["open", "filtered", "none"]),
    credentials: z.enum(["none", "masked", "held"]).describe("held: the program had a key or a login itself"),
  })
  .describe("how it was really confined");

/** What an agent asks a person, until somebody answers. */
export const askView = z.object({
  id: z.string(),
  what: z.string(),
  tool: z.string().optional(),
  askedAt: z.int(),
  deadline: z.int().describe("when it is denied"),
});

/** What a task has to itself outside its clone. */
export const environmentView = z.object({
  ports: z
    .object({ first: z.int(), last: z.int() })
    .nullable()
    .describe("its own, from its first attempt until its clone goes; null: it has none"),
  compose: z.string().describe("COMPOSE_PROJECT_NAME of its sessions"),
  database: z.string().describe("ORCH_DB_NAME of its sessions"),
});

/** A task as every surface shows it. */
export const taskView = z.object({
  key: z.string().describe("unique over all projects: owner/repo#int-1"),
  project: z.string(),
  id: z.string(),
  title: z.string(),
  body: z.string().optional().describe("only where one task is shown"),
  notes: z
    .array(
      z.object({
        id: z.string().optional().describe("of a comment: the id of the message that tells it to a running agent"),
        from: z.string(),
        text: z.string(),
        at: time,
      }),
    )
    .optional()
    .describe("what people said of it and added with task retry --note, oldest first; only where one task is shown"),
  status: z.enum(["new", "routed", "in_progress", "in_review", "done", "blocked", "needs_review", "cancelled"]),
  labels: z.array(z.string()),
  source: z.string(),
  trust: z.enum(trustTiers).optional().describe("how far its words are trusted; absent: trusted"),
  priority: z.number(),
  agent: z.string().optional(),
  model: z.string().optional(),
  complexity: z.enum(["simple", "medium", "complex"]).optional(),
  skills: z.array(z.string()).optional().describe("ids of the skills that the agent is given"),
  warning: z.string().optional().describe("what looks odd about the choice of the agent"),
  parent: z.string().optional(),
  dependsOn: z.array(z.string()),
  waitingFor: z.array(z.string()).optional().describe("of a blocked task"),
  waiting: z
    .object({
      agent: z.string(),
      account: z.string().optional(),
      reason: z.string().describe("why the agent rests, as a code"),
      until: time,
    })
    .optional()
    .describe("of a routed task: whose rest it waits for"),
  notBefore: time.optional().describe("milliseconds since 1970; the task waits until then"),
  base: z.string().optional().describe("the branch that the result is for"),
  branch: z.string().optional(),
  commit: z.string().optional().describe("the commit that the receipts prove"),
  issue: z
    .object({ number: z.int(), url: z.string().optional() })
    .optional()
    .describe("the issue that it came from or became"),
  pull: z
    .object({
      number: z.int(),
      url: z.string(),
      checks: z.enum(["none", "pending", "failing", "passing"]).optional().describe("absent: not looked at yet"),
      decision: z
        .enum(["none", "approved", "changes_requested"])
        .optional()
        .describe("what people said about its head"),
      missing: z
        .object({
          checks: z.array(z.string()).describe("required checks that nobody reported"),
          approvals: z.int().describe("approving reviews that are required besides those that are there"),
        })
        .optional()
        .describe("what the rules of its branch ask for before a merge and it has not got; absent: nothing"),
    })
    .optional()
    .describe("its pull request"),
  outcome: z.enum(["merged", "published", "closed", "unchanged"]).optional(),
  mergeCommit: z.string().optional(),
  reason: z.string().optional().describe("why a person has to look, as a code"),
  detail: z.string().optional(),
  hint: z.string().optional().describe("what a person can do"),
  asks: z
    .array(askView)
    .optional()
    .describe("where many are listed: what its agent asks a person now; absent: nothing"),
  sandbox: z.literal("none").optional().describe("its project has switched the sandbox off"),
  attempts: z.int().describe("attempts that count, since the last reset"),
  lastAttempt: z.int(),
  createdAt: time,
  updatedAt: time,
  version: z.int(),
});

/** The proof that a check ran. */
export const receiptView = z.object({
  check: z.string(),
  argv: z.array(z.string()),
  ok: z.boolean().describe("it passed, on exactly this commit and a clean tree"),
  exitCode: z.int().optional(),
  timedOut: z.boolean(),
  seconds: z.number(),
  clean: z.boolean(),
  commit: z.string(),
  tree: z.string(),
  outputTail: z.string(),
  outputBytes: z.number(),
  outputHash: z.string(),
  startedAt: time,
  confinement: confinement.optional(),
});

/** The size of a change. */
export const diffStatView = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      change: z.enum(["added", "modified", "deleted", "renamed", "type_changed"]),
      added: z.int(),
      deleted: z.int(),
      binary: z.boolean(),
    }),
  ),
  added: z.int(),
  deleted: z.int(),
});

/** What an attempt is worth: facts alone. */
export const gradeView = z.object({
  outcome: z.string().describe("pass, or the reason of the verdict"),
  nextAction: z.enum(["advance", "retry", "escalate"]),
  evidence: z.object({
    checksPassed: z.int(),
    checksFailed: z.int(),
    changedFiles: z.int(),
    addedLines: z.int(),
    commands: z.int().describe("programs that the agent ran, as far as it tells"),
    failedCommands: z.int(),
    testCommands: z.int().optional().describe("different test commands that it ran"),
    failedTests: z.int().optional().describe("how many of them failed at least once"),
  }),
  basis: z
    .enum(["known_test_failures", "recovered_test_failures", "no_tests_but_validated"])
    .optional()
    .describe("what a pass rests on, where it is not plain"),
  notes: z.array(z.string()),
  insight: z.string(),
});

/** One try of a task. */
export const attemptView = z.object({
  attempt: z.int(),
  phase: z.string(),
  agent: z.string(),
  model: z.string().optional(),
  account: z.string().optional().describe("which of the agent's accounts"),
  why: z.string().describe("why this agent"),
  startedAt: time,
  endedAt: time.optional(),
  branch: z.string().optional(),
  baseCommit: z.string().optional(),
  commit: z.string().optional(),
  session: z.string().optional(),
  confinement: confinement.optional(),
  usage,
  diff: diffStatView.optional(),
  verdict: z
    .object({
      kind: z.enum(["pass", "retryable", "human"]),
      reason: z.string().optional(),
      detail: z.string().optional(),
      hint: z.string().optional(),
    })
    .optional(),
  summary: z.string().optional().describe("the agent's own words: a claim"),
  lesson: z.string().optional(),
  /** The attempt whose result this one brought on top of its base, without an agent. */
  updates: z.number().optional(),
  warnings: z.array(z.string()).optional().describe("such as a budget that is nearly used up"),
  grade: gradeView.optional(),
  receipts: z.array(receiptView),
});

/** A recorded event, without its content. */
export const eventView = z.object({
  seq: z.int(),
  at: time,
  actor: z.string(),
  type: z.string(),
  status: z.string().describe("the task's status after it"),
});

/** A live session. */
export const sessionView = z.object({
  id: z.string(),
  task: z.string().describe("the task's key"),
  attempt: z.int().describe("0: it is no attempt's"),
  purpose: z.literal("review").optional().describe("absent: an attempt's agent"),
  host: z.enum(["tmux", "process"]),
  pid: z.int(),
  startedAt: time,
  load: z
    .object({ processes: z.int(), memoryBytes: z.number().describe("that they share with no other") })
    .optional()
    .describe("what its processes held a few seconds ago"),
  asks: z.array(askView).optional().describe("what it asks a person now; absent: nothing"),
});

export { confinement as confinementView, usage as usageView };
