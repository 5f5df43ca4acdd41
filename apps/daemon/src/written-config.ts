import { suggestionFor, type Config } from "@orch/config";
import type { AgentSettings, CheckSpec, LearningSettings, ModelPrice, PriceFigures } from "@orch/core";

const MEBIBYTE = 1024 * 1024;

const DAY_SECONDS = 24 * 60 * 60;

/**
 * A complete configuration in the keys and units that people write: the same as a file that says everything. Values are
 * as they are in effect; a `${` in one is not escaped. Meant to become JSON: what is not set is undefined.
 */
export function writtenConfig(config: Config): object {
  const { engine, webhook, agents, routing, hooks, gate, project } = config;
  return {
    engine: {
      max_parallel: engine.maxParallel,
      tick_interval: seconds(engine.tickMs),
      stuck_timeout: seconds(engine.stuckMs),
      sync_interval: seconds(engine.syncMs),
      fallback_sync_interval: seconds(engine.fallbackSyncMs),
      webhook_health_check_interval: seconds(engine.webhookCheckMs),
    },
    webhook: writtenWebhook(webhook),
    ...figures(config),
    router: writtenRouter(config),
    model_map: writtenModels(routing),
    agents: Object.fromEntries(Object.entries(agents).map(([name, agent]) => [name, writtenAgent(agent)])),
    checks: config.checks.map(({ name, ...check }) => ({ name, ...program(check) })),
    hooks: {
      after_create: hooks.afterCreate && program(hooks.afterCreate),
      before_run: hooks.beforeRun && program(hooks.beforeRun),
      after_run: hooks.afterRun && program(hooks.afterRun),
      before_remove: hooks.beforeRemove && program(hooks.beforeRemove),
    },
    branch: { template: config.branchTemplate },
    gate: {
      protected_paths: gate.protectedPaths,
      lockfiles: gate.lockfiles,
      scripts: gate.scripts,
      allow: gate.allowed,
      max_files: gate.maxFiles,
      max_bytes: gate.maxBytes,
      max_file_bytes: gate.maxFileBytes,
    },
    sandbox: {
      mode: config.sandbox,
      network: config.commandNetwork,
      read: config.sandboxRead.length === 0 ? undefined : config.sandboxRead,
    },
    ...money(config),
    git: config.git,
    retention: {
      attempts_days: seconds(config.retention.attemptsMs) / DAY_SECONDS,
      passed_percent: config.retention.passedPercent,
    },
    gh: {
      repo: project.id,
      default_branch: project.defaultBranch,
      app: config.githubApp && writtenApp(config.githubApp),
    },
    path_file: config.pathFile ?? "",
    worktrees: config.worktrees === undefined ? undefined : { base: config.worktrees },
    required_tools: config.requiredTools,
    instructions: { files: config.instructionFiles },
    projects: config.projects,
  };
}

function writtenWebhook({ secrets, secretFile, allowUnsigned, ...place }: Config["webhook"]): object {
  const secret = secrets.length === 0 ? undefined : secrets;
  return { ...place, secret, secret_file: secretFile, allow_unsigned: allowUnsigned };
}

function writtenApp(app: NonNullable<Config["githubApp"]>): object {
  const { appId, privateKey, privateKeyFile, installation } = app;
  return { id: appId, private_key: privateKey, private_key_file: privateKeyFile, installation };
}

function figures({ limits, policy, timeoutByComplexity, permissions }: Config): object {
  const times = Object.entries(timeoutByComplexity).map(([tier, time]) => [tier, seconds(time)] as const);
  return {
    workflow: {
      max_attempts: policy.maxAttempts,
      timeout_seconds: seconds(limits.wallMs),
      timeout_by_complexity: Object.fromEntries(times),
      silence_seconds: seconds(limits.silenceMs),
      no_progress_seconds: seconds(limits.noProgressMs),
      ...(permissions === undefined
        ? {}
        : {
            permissions: permissions.mode,
            allowed_tools: permissions.allow,
            disallowed_tools: permissions.deny,
          }),
      max_output_bytes: limits.outputBytes,
      max_memory_mb: Math.round((limits.memoryBytes ?? 0) / MEBIBYTE),
      max_processes: limits.processes ?? 0,
      max_file_mb: Math.round((limits.fileBytes ?? 0) / MEBIBYTE),
      ...(limits.nudgeShare === undefined ? {} : { nudge_percent: Math.round(limits.nudgeShare * 100) }),
      ...(limits.permissionMs === undefined ? {} : { permission_seconds: seconds(limits.permissionMs) }),
      equal_failures: policy.equalFailures,
      class_failures: policy.classFailures,
      on_usage_limit: policy.onUsageLimit,
      on_exhausted: policy.onExhausted,
      retry_mode: policy.retryMode,
    },
    retry: { base_seconds: seconds(policy.backoffBaseMs), max_seconds: seconds(policy.backoffCapMs) },
    merge: { policy: policy.merge },
  };
}

function writtenOverride({
  grading,
  skillsMode,
  wallMs,
  classFailures,
  allowed,
}: Config["repoOverrides"][string]): object {
  return {
    max_changed_files: grading.maxChangedFiles,
    max_added_lines: grading.maxAddedLines,
    min_checks: grading.minChecks,
    mode: grading.mode,
    skills_mode: skillsMode,
    known_test_failures: grading.knownTestFailures,
    timeout_seconds: wallMs === undefined ? undefined : seconds(wallMs),
    class_failures: classFailures,
    allow: allowed,
  };
}

function money({ budgets, prices, grading, repoOverrides, routing }: Config): object {
  const cap = ({ tokens = 0, usd = 0 }: { readonly tokens?: number; readonly usd?: number }): object => ({
    tokens,
    usd,
  });
  const figures = ({ input, cachedInput, output }: PriceFigures): object => ({
    input,
    cached_input: cachedInput,
    output,
  });
  const written = ({ long, ...price }: ModelPrice): object => ({
    ...figures(price),
    ...(long === undefined ? {} : { long: { over: long.over, ...figures(long) } }),
  });
  const models = Object.entries(prices.models).map(([model, price]) => [model, written(price)] as const);
  const fallback = prices.fallback === undefined ? {} : { fallback: written(prices.fallback) };
  return {
    budgets: { task: cap(budgets.task), project: cap(budgets.project), daily: cap(budgets.daily) },
    pricing: { as_of: prices.asOf, models: Object.fromEntries(models), ...fallback },
    policy: {
      diff_budget: grading.diffBudget,
      max_changed_files: grading.maxChangedFiles,
      max_added_lines: grading.maxAddedLines,
      min_checks: grading.minChecks,
      skills_mode: routing.skillsMode,
      forbidden_commands: grading.forbiddenCommands,
      publish_commands: grading.publishCommands,
      repo_overrides: Object.fromEntries(
        Object.entries(repoOverrides).map(([repository, over]) => [repository, writtenOverride(over)]),
      ),
    },
    grading: {
      failed_tests: grading.failedTests,
      known_test_failures: grading.knownTestFailures,
      test_commands: grading.testCommands,
      mode: grading.mode,
    },
  };
}

function writtenRouter({ agents: configured, routing: whole }: Config): object {
  const { agents, fallback, classifier, ...routing } = whole;
  const isUnasked = whole.suggested === undefined && Object.values(configured).some((one) => suggestionFor(one));
  return {
    suggest_models: isUnasked ? false : undefined,
    mode: classifier === undefined ? "round_robin" : "llm",
    agents: agents.length === 0 ? undefined : agents,
    fallback_executor: fallback,
    agent: classifier?.agent,
    model: classifier?.model,
    timeout_seconds: classifier && seconds(classifier.timeoutMs),
    max_route_attempts: classifier?.maxAttempts,
    weighted_round_robin: routing.weighted,
    ...writtenLearning(routing.learning),
    allowed_tools: routing.allowedTools,
    default_skills: routing.defaultSkills,
  };
}

function writtenLearning(learning: LearningSettings | undefined): object {
  if (learning === undefined) return {};
  return {
    learn: learning.mode === "shadow" ? "shadow" : true,
    learn_half_life_days: seconds(learning.halfLifeMs) / DAY_SECONDS,
    learn_share_percent: percent(learning.share),
    learn_min_tasks: learning.minTasks,
    learn_min_landed_percent: percent(learning.minLanded),
    learn_cost_percent: percent(learning.costWeight),
  };
}

/** Parts are written as whole hundredths. */
function percent(part: number): number {
  return Math.round(part * 100);
}

/** What a person chose; what orch suggests besides is no part of a file. */
function writtenModels({ models, reviewModels, freeModels }: Config["routing"]): object {
  return { ...models, review: reviewModels, free: freeModels };
}

/** A driver that brings its own program has no command, and an empty one could not be written. */
function writtenAgent({ command, endpoints: _, ...agent }: AgentSettings): object {
  return command.length === 0 ? agent : { ...agent, command };
}

function program({ run, timeoutMs }: Pick<CheckSpec, "run" | "timeoutMs">): object {
  return { run, timeout: seconds(timeoutMs) };
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
