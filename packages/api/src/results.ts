import { z } from "zod";

import { bundleView, smokeView } from "./doctor-views.ts";
import { budgetView, forgeView } from "./forge-views.ts";
import { learnedStats, learnedView } from "./route-views.ts";
import {
  askView,
  attemptView,
  diffStatView,
  environmentView,
  eventView,
  receiptView,
  sessionView,
  taskView,
  usageView,
} from "./task-views.ts";
import { deliveryFigures, deliveryView, webhookAdded, webhookStatus } from "./webhook-views.ts";

const scope = z.string().nullable().describe("the project that was looked at; null: all of them");
const boardView = z.object({
  id: z.string(),
  number: z.int(),
  title: z.string(),
  url: z.string(),
  closed: z.boolean(),
  owner: z.string(),
  linked: z.boolean().describe("the project's tasks stand on it"),
});

const boardInfo = z.object({
  project: z.string(),
  board: boardView.nullable().describe("null: the project stands on no board"),
  field: z.object({ id: z.string(), name: z.string() }).nullable().describe("null: the board has no such field"),
  columns: z.array(
    z.object({
      column: z.enum(["backlog", "in_progress", "review", "done"]),
      statuses: z.array(z.string()).describe("of the tasks that stand in it"),
      option: z.string().nullable().describe("the board's choice; null: it has none, so cards stay where they are"),
    }),
  ),
});

const oneTask = z.object({ task: taskView });

const answered = z.object({
  outcome: z.enum(["answered", "refused"]),
  why: z.string().optional(),
});

const projectView = z.object({
  id: z.string(),
  source: z.string().describe("absolute path of the repository"),
  present: z.boolean().describe("the folder is there"),
  checks: z.array(z.string()),
  agents: z.array(z.string()),
  sandbox: z.enum(["auto", "srt", "bwrap", "none"]).describe("how its sessions are to be confined"),
});

const problemView = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });

const brokenProject = z.object({
  path: z.string().describe("as it is registered"),
  id: z.string().nullable(),
  error: problemView,
});

const figure = z.number().nullable().describe("null: no agent told any");

const costRow = z.object({
  key: z.string(),
  attempts: z.int(),
  untoldAttempts: z.int().describe("attempts whose agents told no tokens; the figures are without them"),
  inputTokens: figure,
  cachedInputTokens: figure,
  outputTokens: figure,
  countedTokens: figure.describe("what budgets count: input that was not cached, and output; null: not told"),
  unpricedTokens: figure.describe("counted tokens whose price nobody knows; costUsd is without them; null: not told"),
  costUsd: figure,
});

/** What each verb answers: the `data` of the daemon, and what `--json` prints. */
export const resultSchemas = {
  init: z.object({
    project: z.string(),
    config: z.string().describe("absolute path of .orch.yml"),
    created: z.boolean().describe("false: it was there, and is unchanged"),
    checks: z.array(z.object({ name: z.string(), run: z.array(z.string()) })),
    github: z.string().optional().describe("the repository whose issues become tasks"),
    form: z.string().optional().describe("absolute path of the issue form, where it was written"),
    gate: z
      .string()
      .optional()
      .describe("absolute path of the workflow that holds pull requests, where it was written"),
    remote: z.string().optional().describe("the repository on GitHub that its remote names, without --github"),
    webhook: webhookAdded.optional().describe("the hook, with --webhook"),
    missing: z.array(z.string()).optional().describe("lines that an existing .orch.yml lacks for GitHub"),
  }),
  run: z.object({
    task: taskView,
    attempts: z.array(attemptView),
    branch: z.string().nullable(),
    commit: z.string().nullable(),
    receipts: z.array(receiptView).describe("of the last attempt"),
    usage: usageView.describe("of all attempts"),
  }),
  parse: z.object({
    events: z.array(z.object({ type: z.string() }).loose()).describe("what the agent did, as orch understands it"),
    report: z
      .object({ status: z.string(), summary: z.string() })
      .loose()
      .nullable()
      .describe("the agent's final report; null: none, or none that fits"),
    failure: z
      .object({ class: z.string(), message: z.string(), retryAt: z.number().optional() })
      .nullable()
      .describe("why it is no success; null: it is one"),
    usage: usageView,
  }),
  template: z.object({ text: z.string().describe("the template with its values in") }),
  stop: z.object({ stopping: z.boolean() }),
  stream: z
    .object({ seq: z.int(), at: z.int(), project: z.string(), id: z.string(), actor: z.string(), status: z.string() })
    .loose()
    .describe("one line per event; `event` holds what happened"),
  agents: z.object({
    agents: z.array(
      z.object({
        name: z.string(),
        driver: z.string(),
        installed: z.boolean(),
        path: z.string().optional(),
        version: z.string().optional(),
        login: z.enum(["logged_in", "logged_out", "unknown"]),
        capabilities: z
          .array(z.enum(["steer", "interrupt", "resume", "approvals", "usage", "cost", "quota", "reportFile"]))
          .describe("what a person can do with it while it runs, and what it tells"),
        accounts: z.array(z.string()).optional(),
        rests: z
          .array(
            z.object({
              account: z.string().optional(),
              model: z.string().optional().describe("absent: whatever the model"),
              reason: z.string(),
              until: z.int().describe("milliseconds since 1970"),
            }),
          )
          .optional()
          .describe("times in which it is given no tasks"),
        quota: z
          .array(
            z.object({
              account: z.string().optional(),
              window: z.string().describe("in the agent's words, such as five_hour"),
              status: z.enum(["allowed", "warning", "rejected"]),
              usedPercent: z.number().optional(),
              resetsAt: z.int().optional().describe("milliseconds since 1970"),
              seenAt: z.int().describe("milliseconds since 1970"),
            }),
          )
          .optional()
          .describe("windows of its accounts that have not reset since it told of them"),
        failures: z
          .array(
            z.object({
              at: z.int().describe("milliseconds since 1970"),
              reason: z.string(),
              detail: z.string(),
              task: z.string(),
              account: z.string().optional(),
              model: z.string().optional(),
            }),
          )
          .optional()
          .describe("its last three attempts that did not pass, newest first"),
        hint: z.string().optional(),
      }),
    ),
  }),
  "skills list": z.object({
    skills: z.array(z.object({ id: z.string(), name: z.string(), description: z.string(), folder: z.string() })),
  }),
  "skills sync": z.object({
    repositories: z.array(
      z.object({
        repo: z.string(),
        ok: z.boolean(),
        commit: z.string().optional(),
        skills: z.array(z.string()).optional(),
        why: z.string().optional().describe("why it could not be had"),
      }),
    ),
  }),
  cost: z.object({
    by: z.enum(["task", "agent", "model", "purpose", "day", "period"]),
    since: z.int().describe("milliseconds since 1970"),
    rows: z.array(costRow),
    total: costRow,
    pricesAsOf: z.string().nullable().describe("the day of the price table; agents' own figures come first"),
  }),
  metrics: z.object({
    hours: z.int(),
    attempts: z.int(),
    passed: z.int(),
    failed: z.int(),
    limited: z.int().describe("ended by a limit of the model's service"),
    outcomes: z.array(z.object({ outcome: z.string(), count: z.int() })),
    byAgent: z.array(
      z.object({
        agent: z.string(),
        attempts: z.int(),
        passed: z.int(),
        timedOut: z.int(),
        successRate: z.number().describe("from 0 to 1"),
      }),
    ),
    byComplexity: z.array(z.object({ complexity: z.string(), attempts: z.int(), averageSeconds: z.number() })),
    webhooks: deliveryFigures.describe("of all projects, in the last 24 hours"),
    forges: z.array(budgetView),
  }),
  "webhook add": webhookAdded,
  "webhook status": webhookStatus,
  "webhook retry": z.object({ delivery: deliveryView }),
  forges: z.object({ forges: z.array(forgeView) }),
  config: z.object({
    key: z.string().nullable(),
    value: z.unknown(),
    notices: z.array(z.string()).optional().describe("what a person should know about the files, without a key only"),
  }),
  log: z.object({ files: z.array(z.object({ path: z.string(), lines: z.array(z.string()) })) }),
  version: z.object({
    version: z.string(),
    node: z.string(),
    daemon: z.object({ version: z.string(), pid: z.int() }).nullable(),
  }),
  doctor: z.object({
    ok: z.boolean(),
    checks: z.array(
      z.object({
        name: z.string(),
        state: z.enum(["ok", "warning", "failed"]),
        detail: z.string(),
        hint: z.string().optional(),
      }),
    ),
    smoke: smokeView.optional().describe("with --smoke"),
    bundle: bundleView.optional().describe("with --bundle"),
  }),
  completions: z.object({ script: z.string() }),
  "project list": z.object({
    projects: z.array(projectView),
    broken: z.array(brokenProject).describe("registered, but not usable until the error is mended"),
  }),
  "project add": z.object({ project: projectView, created: z.boolean() }),
  "project remove": z.object({
    project: z.string().describe("its id; the path of one that can't be used and has none"),
    removed: z.boolean(),
    kept: z.string().optional().describe("a repository of orch's that holds work which was never published"),
  }),
  "board list": z.object({ project: z.string(), boards: z.array(boardView) }),
  "board link": boardInfo,
  "board info": boardInfo,
  "board sync": z.object({
    project: z.string(),
    added: z.int().describe("issues that were put on the board"),
    moved: z.int().describe("cards that stand in another column now, new ones among them"),
    unchanged: z.int(),
    skipped: z.int().describe("issues that are gone, or whose card somebody archived"),
  }),
  "task add": oneTask,
  "task list": z.object({ project: scope, tasks: z.array(taskView) }),
  "task digest": z.object({
    task: taskView,
    attempt: z.int(),
    digest: z
      .unknown()
      .describe("digest.json of the attempt: record, verdict, grade, stages, recommendation, insight, receipts"),
  }),
  "task get": z.object({
    task: taskView,
    attempts: z.array(attemptView),
    events: z.array(eventView),
    asks: z.array(askView).describe("what its agent asks a person; answer with task allow or task deny"),
    environment: environmentView.optional().describe("what the task has to itself outside its clone"),
  }),
  "task run": oneTask,
  "task retry": oneTask,
  "task unblock": z.object({
    tasks: z.array(taskView),
    refused: z.array(z.object({ task: z.string(), message: z.string() })),
  }),
  "task trust": oneTask,
  "task cancel": oneTask,
  "task interrupt": oneTask,
  "task kill": z.object({ task: taskView, killed: z.int().describe("sessions that were ended") }),
  "task attach": z.object({
    task: taskView,
    session: z.string(),
    argv: z.array(z.string()).nullable().describe("shows the session on a terminal; null without tmux"),
  }),
  "task log": z.object({
    task: taskView,
    attempt: attemptView,
    events: z
      .array(z.object({ seq: z.int(), at: z.int(), kind: z.string() }).loose())
      .describe("what its session printed and did; empty when that is no longer kept"),
    truncated: z.boolean().describe("true: the session said more before the first of these events"),
  }),
  "task live": z.object({ sessions: z.array(sessionView) }),
  "task diff": z.object({
    task: taskView,
    base: z.string(),
    commit: z.string(),
    stat: diffStatView,
    diff: z.string(),
    truncated: z.boolean(),
  }),
  "task merge": oneTask,
  "task request-pr": z.object({
    task: taskView,
    token: z.string().describe("shown once: orch keeps its hash only"),
    expiresAt: z.int().describe("milliseconds since 1970"),
    base: z.string(),
    branch: z.string(),
    commit: z.string().describe("what it approves, and nothing else"),
    content: z.string().describe("a name for the words, branches and commit that it approves"),
    failed: z.array(z.string()).describe("codes of what the result lacks to be done by the definition"),
    warnings: z.array(z.string()),
  }),
  "task approve": oneTask,
  "task publish": oneTask,
  "task allow": answered,
  "task deny": answered,
  "task hold": z.object({
    holding: z.boolean(),
    waiting: z.int().describe("earlier messages that the agent has yet to be shown"),
    holders: z.array(z.string()).describe("who has taken it over now"),
  }),
  "task send": z.object({
    messageId: z.string(),
    outcome: z.enum(["delivered", "queued", "refused"]),
    why: z.string().optional(),
  }),
  "task status": z.object({ counts: z.record(z.string(), z.int()), total: z.int() }),
  "task tree": z.object({
    project: scope,
    tasks: z.array(
      z.object({
        key: z.string(),
        id: z.string(),
        title: z.string(),
        status: z.string(),
        waitingFor: z.array(z.string()).optional().describe("of a blocked task"),
        depth: z.int(),
      }),
    ),
  }),
  "task route": z.object({
    task: taskView,
    agent: z.string().nullable(),
    model: z.string().optional(),
    complexity: z.string().optional(),
    why: z.string(),
    log: z.array(z.string()),
    learned: learnedView.optional().describe("with `router.learn`, what is made of what landed; absent: nothing"),
  }),
  "route explain": z.object({
    task: taskView,
    log: z.array(z.string()).describe("one line per rule that had a say at the last routing; empty: not routed yet"),
    weights: z
      .array(z.object({ agent: z.string(), weight: z.number().describe("from 0.05 to 1") }))
      .describe("of the agents that are available now"),
    learned: learnedView.optional().describe("with `router.learn`, what was made of what landed; absent: nothing"),
  }),
  "route stats": learnedStats,
} as const;

/** How every error is written: by the daemon as its answer, by the command line under `--json` on standard error. */
export const errorSchema = z.object({ error: problemView });
