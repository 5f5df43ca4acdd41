import { dirname, isAbsolute } from "node:path";

import { complexities, parseProjectId, type CheckSpec, type HookSettings, type ProjectId } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import type { Config, ProjectEntry } from "./config.ts";
import { defaults, MEBIBYTE } from "./defaults.ts";
import { durationMs } from "./duration.ts";
import { filled, frozen, present } from "./fill-defaults.ts";
import { createFindings, type Findings } from "./findings.ts";
import { expandPath } from "./home-paths.ts";
import type { Environment } from "./interpolate.ts";
import { mergeFiles } from "./merge-files.ts";
import type { KeyPath } from "./parse-document.ts";
import type { Notice, Problem } from "./problem.ts";
import type { WrittenConfig } from "./read-config-text.ts";
import { nameList, resolveAgents } from "./resolve-agents.ts";
import { resolveApp } from "./resolve-app.ts";
import { resolveEnvironment } from "./resolve-environment.ts";
import { resolveForge } from "./resolve-forge.ts";
import { resolveGate } from "./resolve-gate.ts";
import { resolveGrading, resolveOverrides } from "./resolve-grading.ts";
import { resolveBudgets, resolvePrices } from "./resolve-money.ts";
import { resolvePermissions } from "./resolve-permissions.ts";
import { resolveSandbox, withEgress } from "./resolve-sandbox.ts";
import { resolveWebhook } from "./resolve-webhook.ts";
import { CONFINEMENT_VARIABLE, confinementOf } from "./seed-sandbox.ts";

/** What a configuration is resolved from: the files in order, the last one wins. */
export interface ResolveInput {
  readonly home: string;
  readonly env: Environment;
  readonly files: readonly WrittenConfig[];
  /** Agents whose program is here, to offer where the files name none; none: codex, so that its absence is told. */
  readonly present?: readonly string[];
}

/** A complete configuration, or the problems that keep it from being one. */
export interface Resolved {
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

function resolveRetention(file: ConfigFile): Config["retention"] {
  const { attempts_days: keptDays, passed_percent: passedPercent } = filled(defaults.retention, file.retention);
  return { attemptsMs: keptDays * DAY_MS, passedPercent };
}

/** What an earlier orch was told for a single run. */
function resolveConfinement(env: Environment, findings: Findings): void {
  const written = env[CONFINEMENT_VARIABLE] ?? "";
  if (written === "") return;
  const { works, message } = confinementOf(written);
  findings[works ? "notice" : "problem"]([CONFINEMENT_VARIABLE], message);
}

/** Empty: none is wanted. */
function resolvePathFile({ home, env }: ResolveInput, own: ConfigFile): string | undefined {
  const userHome = env["HOME"];
  const written = own.path_file ?? (userHome === undefined ? "" : defaults.path_file);
  return written === "" ? undefined : expandPath(written, { base: home, userHome });
}

/** What the environment says wins, as it did in the first seed (row A82). */
function resolveWorktrees(
  { home, env }: ResolveInput,
  { own, findings }: { readonly own: ConfigFile; readonly findings: Findings },
): string | undefined {
  const said = env["ORCH_WORKTREES"] ?? "";
  const userHome = env["HOME"];
  const written = own.worktrees?.base;
  if (said === "") return written && expandPath(written, { base: home, userHome });
  if (!isAbsolute(said) && !said.startsWith("~/")) {
    findings.problem(["worktrees", "base"], "is said by ORCH_WORKTREES, which is not an absolute path");
  }
  return expandPath(said, { base: home, userHome });
}

/** Skills without a repository are nothing that could be brought. */
function resolveSkills(file: ConfigFile, findings: Findings): Config["skills"] {
  return (file.skills ?? []).flatMap(({ repo, path, pin }, index) => {
    if (repo !== undefined) return [{ repo, ...present({ path, pin }) }];
    findings.problem(["skills", index], "needs a repo");
    return [];
  });
}

type Hook = NonNullable<ConfigFile["hooks"]>["before_run"];

/** Puts the files together and every default in place. Never throws; the result is deeply frozen. */
export function resolveConfig(input: ResolveInput): Resolved {
  const findings = createFindings(input.files);
  const files = input.files.map((written) => ({
    kind: written.kind,
    file: withAbsolutePaths(written, input.env["HOME"]),
  }));
  const file = mergeFiles(files.map((each) => each.file));
  const both = { own: fileOf(files, "global"), project: fileOf(files, "project") };
  const { agents, routing } = resolveAgents(file, { findings, own: both.own, present: input.present ?? [] });
  resolveConfinement(input.env, findings);
  const config: Config = {
    ...figures(file),
    webhook: resolveWebhook(file, findings),
    agents: withEgress(agents, both),
    routing,
    checks: resolveChecks(file, findings),
    hooks: resolveHooks(file),
    environment: resolveEnvironment(both, findings),
    branchTemplate: filled(defaults.branch, file.branch).template,
    gate: resolveGate(file, both),
    ...resolveSandbox(both, findings),
    ...present({ permissions: resolvePermissions(both, findings) }),
    budgets: resolveBudgets(input.files, findings),
    prices: resolvePrices(both, findings),
    grading: resolveGrading({ ...both, findings, trusted: isTrusted(input.files, both.own) }),
    ...present({ forge: resolveForge(file, { ...both, findings }) }),
    ...present({ githubApi: both.own.gh?.api_url }),
    ...present({ githubApp: resolveApp(both.own, findings) }),
    git: present({ name: file.git?.name, email: file.git?.email }),
    repoOverrides: resolveOverrides(both.own),
    retention: resolveRetention(file),
    ...present({ pathFile: resolvePathFile(input, both.own) }),
    warm: filled(defaults.worktrees, both.own.worktrees).warm,
    ...present({ worktrees: resolveWorktrees(input, { own: both.own, findings }) }),
    requiredTools: nameList(file.required_tools),
    instructionFiles: filled(defaults.instructions, file.instructions).files,
    redact: file.security?.redact ?? [],
    skills: resolveSkills(file, findings),
    projects: resolveProjects(file, findings),
    project: present({
      id: projectId(file.gh?.repo, { path: ["gh", "repo"], findings }),
      defaultBranch: file.gh?.default_branch,
    }),
  };
  return { config: frozen(config), problems: findings.problems, notices: findings.notices };
}

function fileOf(
  files: readonly { readonly kind: WrittenConfig["kind"]; readonly file: ConfigFile }[],
  kind: WrittenConfig["kind"],
): ConfigFile {
  return files.find((each) => each.kind === kind)?.file ?? {};
}

/** Relative paths start at the file that holds them, so they are made absolute before files are merged. */
function withAbsolutePaths(written: WrittenConfig, userHome: string | undefined): ConfigFile {
  const { file } = written;
  const expand = (path: string): string => expandPath(path, { base: dirname(written.path), userHome });
  const agents = Object.entries(file.agents ?? {}).map(([name, agent]) => {
    return [name, agent === undefined ? agent : withHomes(agent, { driver: agent.driver ?? name, expand })] as const;
  });
  const projects = file.projects?.map((entry) =>
    typeof entry === "string" ? expand(entry) : { ...entry, path: expand(entry.path) },
  );
  const read = file.sandbox?.read?.map(expand);
  const key = file.gh?.app?.private_key_file;
  const secrets = file.webhook?.secret_file;
  return {
    ...file,
    ...(read === undefined ? {} : { sandbox: { ...file.sandbox, read } }),
    ...(key === undefined ? {} : { gh: { ...file.gh, app: { ...file.gh?.app, private_key_file: expand(key) } } }),
    ...(secrets === undefined ? {} : { webhook: { ...file.webhook, secret_file: expand(secrets) } }),
    ...(agents.length === 0 ? {} : { agents: Object.fromEntries(agents) }),
    ...(projects === undefined ? {} : { projects }),
  };
}

type AgentFile = NonNullable<NonNullable<ConfigFile["agents"]>[string]>;

/** Where programs look for their login when it is not in the usual folder. */
const LOGIN_VARIABLES: Readonly<Record<string, string>> = { claude: "CLAUDE_CONFIG_DIR", codex: "CODEX_HOME" };

/** A run has a home of its own, so the variable that names the folder of a login says the same as `home`. */
function withHomes(
  agent: AgentFile,
  { driver, expand }: { readonly driver: string; readonly expand: (path: string) => string },
): AgentFile {
  const variable = Object.hasOwn(LOGIN_VARIABLES, driver) ? LOGIN_VARIABLES[driver] : undefined;
  const withHome = <Login extends Pick<AgentFile, "home" | "env">>(login: Login): Login => {
    const named = variable === undefined ? undefined : login.env?.[variable];
    const home = login.home ?? (named === undefined ? undefined : String(named));
    return home === undefined || home === "" ? login : { ...login, home: expand(home) };
  };
  const { accounts } = agent;
  return { ...withHome(agent), ...(accounts === undefined ? {} : { accounts: accounts.map(withHome) }) };
}

function figures(file: ConfigFile): Pick<Config, "engine" | "limits" | "timeoutByComplexity" | "policy"> {
  const engine = filled(defaults.engine, file.engine);
  const workflow = filled(defaults.workflow, file.workflow);
  const retry = filled(defaults.retry, file.retry);
  return {
    engine: {
      maxParallel: engine.max_parallel,
      tickMs: durationMs(engine.tick_interval),
      syncMs: durationMs(engine.sync_interval),
      fallbackSyncMs: durationMs(engine.fallback_sync_interval),
      webhookCheckMs: durationMs(engine.webhook_health_check_interval),
      stuckMs: durationMs(engine.stuck_timeout),
    },
    limits: {
      wallMs: durationMs(workflow.timeout_seconds),
      silenceMs: durationMs(workflow.silence_seconds),
      noProgressMs: durationMs(workflow.no_progress_seconds),
      outputBytes: workflow.max_output_bytes,
      memoryBytes: workflow.max_memory_mb * MEBIBYTE,
      processes: workflow.max_processes,
      fileBytes: workflow.max_file_mb * MEBIBYTE,
      nudgeShare: workflow.nudge_percent / 100,
      permissionMs: durationMs(workflow.permission_seconds),
    },
    timeoutByComplexity: timeouts(file),
    policy: {
      maxAttempts: workflow.max_attempts,
      backoffBaseMs: durationMs(retry.base_seconds),
      backoffCapMs: durationMs(retry.max_seconds),
      equalFailures: workflow.equal_failures,
      classFailures: workflow.class_failures,
      merge: filled(defaults.merge, file.merge).policy,
      onUsageLimit: workflow.on_usage_limit,
      onExhausted: workflow.on_exhausted,
      retryMode: workflow.retry_mode,
    },
  };
}

function timeouts(file: ConfigFile): Config["timeoutByComplexity"] {
  const written = file.workflow?.timeout_by_complexity ?? {};
  const known = complexities.map((tier) => [tier, written[tier]] as const);
  return Object.fromEntries(known.flatMap(([tier, time]) => (time === undefined ? [] : [[tier, durationMs(time)]])));
}

function resolveChecks(file: ConfigFile, findings: Findings): readonly CheckSpec[] {
  const seen = new Set<string>();
  return (file.checks ?? []).map(({ name, run, timeout }, index) => {
    if (seen.has(name.toLowerCase())) findings.problem(["checks", index, "name"], "is the name of another check, too");
    seen.add(name.toLowerCase());
    return { name, run, timeoutMs: durationMs(timeout ?? defaults.check.timeout) };
  });
}

function resolveHooks(file: ConfigFile): HookSettings {
  const written = file.hooks ?? {};
  return present({
    afterCreate: hookSpec("after_create", written.after_create),
    inAdvance: inAdvance(written.after_create),
    beforeRun: hookSpec("before_run", written.before_run),
    afterRun: hookSpec("after_run", written.after_run),
    beforeRemove: hookSpec("before_remove", written.before_remove),
  });
}

/** Undefined: it needs the task's own clone. */
function inAdvance(hook: NonNullable<ConfigFile["hooks"]>["after_create"]): readonly string[] | undefined {
  const written = hook !== undefined && "in_advance" in hook ? hook.in_advance : undefined;
  if (written === true) return [];
  return written === false ? undefined : written;
}

function hookSpec(name: string, hook: Hook): CheckSpec | undefined {
  if (hook === undefined) return undefined;
  const { run, timeout } = "run" in hook ? hook : { run: hook, timeout: undefined };
  return { name, run, timeoutMs: durationMs(timeout ?? defaults.check.timeout) };
}

/** Whether the person trusts the project whose file is among these. */
function isTrusted(files: readonly WrittenConfig[], own: ConfigFile): boolean {
  const place = files.find(({ kind }) => kind === "project")?.path;
  const known = (own.projects ?? []).filter((entry) => typeof entry !== "string");
  return place !== undefined && known.some(({ path, trusted }) => trusted === true && path === dirname(place));
}

function resolveProjects(file: ConfigFile, findings: Findings): readonly ProjectEntry[] {
  return (file.projects ?? []).map((entry, index) => {
    if (typeof entry === "string") return { path: entry };
    const id = projectId(entry.id, { path: ["projects", index, "id"], findings });
    return { path: entry.path, ...present({ id, sandbox: entry.sandbox, trusted: entry.trusted }) };
  });
}

function projectId(
  written: string | undefined,
  from: { readonly path: KeyPath; readonly findings: Findings },
): ProjectId | undefined {
  if (written === undefined) return undefined;
  const parsed = parseProjectId(written);
  if (parsed.ok) return parsed.value;
  from.findings.problem(from.path, "is not a project id such as owner/repo");
  return undefined;
}
