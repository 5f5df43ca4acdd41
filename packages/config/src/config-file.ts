import { z } from "zod";

import { engine, webhook } from "./daemon-keys.ts";
import { defaults, drivers } from "./defaults.ts";
import { environment } from "./environment-keys.ts";
import { comments, gh, intake, labels, mentions, merge, pr } from "./forge-keys.ts";
import { gate } from "./gate-keys.ts";
import { grading, policy } from "./policy-keys.ts";
import { router } from "./router-keys.ts";
import { workflow } from "./workflow-keys.ts";
import {
  agentName,
  argv,
  branchTemplate,
  count,
  days,
  duration,
  hook,
  key,
  names,
  setUpHook,
  text,
  tokens,
  variable,
  words,
} from "./written-values.ts";

const sandboxMode = z.enum(["auto", "srt", "bwrap", "none"], "must be auto, srt, bwrap or none");

const egressHost = z
  .string("must be a host")
  .regex(
    /^(?:\*|(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::[1-9]\d{0,4})?)$/,
    "must be a host such as api.example.com, with a port where it is not 443, or *.example.com, or *",
  );

const money = z.number("must be a number").min(0, "must be at least 0");
const priceFigures = {
  input: money.meta({ description: "US dollars per million input tokens." }),
  cached_input: z.optional(money).meta({ description: "US dollars per million input tokens read from a cache." }),
  output: money.meta({ description: "US dollars per million output tokens." }),
};
const modelPrice = z.strictObject({
  ...priceFigures,
  long: z
    .optional(z.strictObject({ over: count.meta({ description: "Input tokens of a request." }), ...priceFigures }))
    .meta({ description: "What a request with more input than `over` costs, the whole of it." }),
});
const budget = (whose: string, fallback: { readonly tokens?: number } = {}) =>
  key(
    z.strictObject({
      tokens: key(tokens, `Most tokens of ${whose}; 0 is no limit.`, fallback.tokens),
      usd: key(money, `Most US dollars of ${whose}; 0 is no limit.`),
    }),
    `Budget of ${whose}.`,
  );

const agent = z.strictObject({
  driver: key(
    z.enum(Object.keys(drivers), `must be one of ${Object.keys(drivers).join(", ")}`),
    "How the program is launched and read; without it the agent's own name where a driver has it, else `command`.",
  ),
  command: key(
    z.union([text.min(1), argv], { error: "must be a program, or a list of words that begins with one" }),
    "The program, or the program and its first arguments; looked up on PATH.",
  ),
  args: key(z.array(text, "must be a list of words").max(1000), "Arguments added to those of the driver."),
  env: key(z.record(z.string(), variable), "Environment variables for the agent; values may be `${ENV}`."),
  model: key(text.min(1), "The model, in the words of the agent's command line."),
  home: key(
    text.min(1),
    "Folder with the agent's own login and settings; never written by orch. Absent: `CLAUDE_CONFIG_DIR` or `CODEX_HOME` of `env`.",
  ),
  login: key(
    z.enum(["masked", "copied"], "must be masked or copied"),
    "What a run gets of the agent's login file: placeholders, or a copy as it is, which the agent then holds. Not in a project's file.",
  ),
  egress: key(
    z.array(egressHost, "must be a list of hosts").max(200),
    "Hosts that the agent may reach beside its model's service, in `srt`; `*` is all. Not in a project's file.",
  ),
  models: key(words, "Models to go on with, in order, when the first one is not to be had."),
  accounts: key(
    z
      .array(
        z.strictObject({
          name: agentName.meta({ description: "Name of the account, once per agent." }),
          home: key(text.min(1), "Folder with this account's login, in place of the agent's `home`."),
          env: key(
            z.record(z.string(), variable),
            "Variables of this account; `CLAUDE_CONFIG_DIR` and `CODEX_HOME` say the same as `home`.",
          ),
        }),
      )
      .max(20),
    "Logins to choose from: the one that was limited least recently is used.",
  ),
  options: key(z.record(z.string(), z.unknown()), "Options of the driver; the driver checks them."),
});

const check = z.strictObject({
  name: z
    .string("must be a text")
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/, "must be 1 to 40 letters, digits, spaces, dots or dashes")
    .meta({ description: "Name of the check, once per project." }),
  run: argv.meta({ description: "Program and arguments; orch starts programs without a shell." }),
  timeout: key(duration, "Longest time of the check.", defaults.check.timeout),
});

const models = z.record(agentName, text.min(1));

/** The schema of a configuration file, global or of a project. Unknown keys are problems. */
export const ConfigFile = z
  .strictObject({
    engine: key(engine, "The daemon; only in the global file."),
    webhook: key(
      webhook,
      "Where GitHub tells of changes, so that they need not be asked for; read when the daemon starts, only in the global file.",
    ),
    workflow: key(workflow, "Limits of tasks and attempts."),
    retry: key(
      z.strictObject({
        base_seconds: key(duration, "Delay before the first retry; doubles from there.", defaults.retry.base_seconds),
        max_seconds: key(duration, "Longest delay before a retry.", defaults.retry.max_seconds),
      }),
      "Delays between attempts.",
    ),
    router: key(router, "Choice of the agent."),
    model_map: key(
      z.strictObject({
        simple: key(models, "Model by agent for simple tasks."),
        medium: key(models, "Model by agent for medium tasks."),
        complex: key(models, "Model by agent for complex tasks."),
        review: key(models, "Model by agent for reviews of others' results."),
        free: key(models, "Free model by agent, for when an agent has no other model left."),
      }),
      "Models by complexity and agent; wins over `agents.<name>.model`.",
    ),
    agents: key(
      z.record(agentName, agent.optional()),
      "Agent command lines by name; without any: those of `codex`, `claude` and `opencode` that are installed.",
    ),
    checks: key(z.array(check).max(50), "Programs that must succeed on exactly the commit that is published."),
    hooks: key(
      z.strictObject({
        after_create: key(
          setUpHook,
          "Runs once in a fresh clone, before the first attempt. With `in_advance: true` it may run before there is a task (`worktrees.warm`): what it makes is the same for all of them, and holds no path of the clone. A list in place of `true` names more files that it depends on.",
        ),
        before_run: key(hook, "Runs before each attempt."),
        after_run: key(hook, "Runs after each attempt."),
        before_remove: key(hook, "Runs before a clone is removed."),
      }),
      "Programs around attempts, in the task's clone and its sandbox; timeout 600 s unless given.",
    ),
    branch: key(
      z.strictObject({
        template: key(
          branchTemplate,
          "Branch names; placeholders `{issue}`, `{id}`, `{slug}`.",
          defaults.branch.template,
        ),
      }),
      "Branches of tasks.",
    ),
    gate: key(gate, "What may be published, and merged, without a person."),
    merge: key(merge, "What becomes of a checked branch."),
    sandbox: key(
      z.strictObject({
        mode: key(
          sandboxMode,
          "How sessions are confined; `auto`: `srt`, else `bwrap`, else nothing runs. A project's file can only tighten it.",
          defaults.sandbox.mode,
        ),
        network: key(
          z.enum(["open", "none"], "must be open or none"),
          "Network of checks and hooks; agents have `egress`. A project's file can only tighten it.",
          defaults.sandbox.network,
        ),
        read: key(
          z.array(text.min(1), "must be a list of paths").max(200),
          "Folders of your home that sessions may read, such as a toolchain. Not in a project's file.",
        ),
      }),
      "Confinement of sessions.",
    ),
    environment: key(environment, "What each task has to itself outside its clone: ports, names, variables."),
    git: key(
      z.strictObject({
        name: key(text.min(1), "Author name of commits; without it `{agent}[bot]`."),
        email: key(text.min(3), "Author address of commits; without it `{agent}[bot]@users.noreply.github.com`."),
      }),
      "Identity of commits that orch makes.",
    ),
    gh: key(gh, "The repository on GitHub."),
    intake: key(intake, "What becomes a task."),
    labels: key(labels, "The words on labels."),
    comments: key(comments, "Comments on issues."),
    mentions: key(mentions, "How people call orch in comments."),
    pr: key(pr, "Pull requests."),
    budgets: key(
      z.strictObject({
        task: budget("all attempts of one task", defaults.budgets.task),
        project: budget("all tasks of the project, ever"),
        daily: budget("all tasks of all projects since midnight UTC"),
      }),
      "What may be used up: warned of at 80 %, stopped at 100 %. A project's file can only lower it.",
    ),
    pricing: key(
      z.strictObject({
        as_of: key(z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be a day: YYYY-MM-DD"), "The day of these prices."),
        models: key(z.record(z.string(), modelPrice), "Prices by model, over those that orch knows."),
        fallback: key(
          modelPrice,
          "The price of models without one, for agents that don't tell their cost; 0 and 0 let them run uncounted under a budget in dollars.",
        ),
      }),
      "What tokens cost, where the agent does not say it itself.",
    ),
    policy: key(policy, "What a change that passed is graded by."),
    grading: key(grading, "How what agents ran is weighed."),
    retention: key(
      z.strictObject({
        attempts_days: key(
          days,
          "What agents and checks printed is removed this many days after their task is done or cancelled; 0 keeps it for ever. Receipts, reports and digests stay.",
          defaults.retention.attempts_days,
        ),
        passed_percent: key(
          z.int("must be a whole number").min(0, "must be at least 0").max(100, "must be at most 100"),
          "Of the attempts that passed, how many per cent are kept so long; the others go when their task is done or cancelled.",
          defaults.retention.passed_percent,
        ),
      }),
      "How long the records of attempts are kept; only in the global file.",
    ),
    security: key(
      z.strictObject({
        redact: key(
          z
            .array(
              z.strictObject({
                name: text.min(1).meta({ description: "What stands in place of such a secret: `[redacted:<name>]`." }),
                pattern: text.min(1).meta({ description: "The shape, on one line; refused when it could take long." }),
              }),
              "must be a list of {name, pattern}",
            )
            .max(50),
          "Further shapes of secrets, as JavaScript patterns with bounded repeats; read when the daemon starts.",
        ),
      }),
      "What is hidden from everything that orch shows and keeps; only in the global file.",
    ),
    skills: key(
      z
        .array(
          z.strictObject({
            repo: key(text.min(1), "`owner/repo` on GitHub, an `https://` or `ssh://` address, or an absolute path."),
            path: key(text.min(1), "The folder in it that holds the skills, or that is one."),
            pin: key(text.min(1), "Branch, tag or commit; without it the default branch."),
          }),
          "must be a list of {repo, path, pin}",
        )
        .max(100),
      "Repositories that skills are brought from by `orch skills sync`; only in the global file.",
    ),
    path_file: key(
      text,
      "A shell file whose assignments to PATH count for the daemon, agents and checks, so that their programs are found; read when the daemon starts, never run. Empty: none. Only in the global file.",
      defaults.path_file,
    ),
    worktrees: key(
      z.strictObject({
        base: key(
          text.min(1),
          "Folder that holds the tasks' clones, of its own and yours alone; without it `worktrees` in orch's home. `ORCH_WORKTREES` in the daemon's environment wins.",
        ),
        warm: key(
          z.int("must be a whole number").min(0, "must be at least 0").max(5, "must be at most 5"),
          "Clones of each project that are made in advance, so that tasks begin at once; 0 is none.",
          defaults.worktrees.warm,
        ),
      }),
      "Where clones of tasks are made; clones made elsewhere before are gone on with there. Read when the daemon starts, only in the global file.",
    ),
    required_tools: key(names, "Programs that must be on PATH before an attempt starts."),
    instructions: key(
      z.strictObject({
        files: key(
          words,
          "Files whose text at the base commit is given to the agent as project instructions.",
          defaults.instructions.files,
        ),
      }),
      "Instructions of the project.",
    ),
    projects: key(
      z
        .array(
          z.union(
            [
              text.min(1),
              z.strictObject({
                path: text.min(1),
                id: text.optional(),
                sandbox: sandboxMode.optional(),
                trusted: z.boolean("must be true or false").optional(),
              }),
            ],
            {
              error: "must be a path, or {path: …, id: owner/repo, sandbox: none, trusted: true}",
            },
          ),
          "must be a list",
        )
        .max(1000),
      "Repositories that the daemon works on: paths, or `{path, id, sandbox, trusted}`; with `trusted: true` a repository's own configuration of agents (hooks, servers, settings) counts. Only in the global file.",
    ),
  })
  .meta({ title: "orch configuration", description: "A configuration file of orch: config.yml or .orch.yml." });

/** A configuration file as written: everything is optional. */
export type ConfigFile = z.infer<typeof ConfigFile>;
