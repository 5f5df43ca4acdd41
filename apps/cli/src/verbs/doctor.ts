import { constants } from "node:fs";
import { access, chmod, mkdir } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

import { isDaemonGone, type CommandResults } from "@orch/api";
import { homePaths, loadConfig, problemLine, readPathFile, type Config } from "@orch/config";
import { isOrchError, orchError, type SandboxMode } from "@orch/core";

import { placeOf, withPatience, type Context, type LocalVerb } from "../context.ts";
import { daemonEnvironment } from "../env.ts";
import type { Host } from "../host.ts";
import { WHY_POLLING } from "../render/webhooks.ts";
import type { SmokeWish } from "../smoke/smoke.ts";
import { versionOf } from "../version-of.ts";
import { forgeFindings } from "./forge-findings.ts";
import { seedFindings } from "./seed-findings.ts";

type Examined = Pick<CommandResults["doctor"], "ok" | "checks">;
type Finding = Examined["checks"][number];

const OLDEST_GIT = [2, 38] as const;
const LOGINS = { logged_in: "logged in", logged_out: "logged out", unknown: "login unknown" } as const;

/** A daemon that hangs is told of instead of waited for. */
const DAEMON_MS = 20_000;

type Arguments = Parameters<LocalVerb<"doctor">>[1];

/** Looks whether the machine has what orch needs; works without a daemon. It may try the agents and pack what it found. */
export const doctor: LocalVerb<"doctor"> = async (context, args) => {
  refuseStrays(args);
  const { fix = false, task, file } = args;
  const wish = args.smoke === true ? await smokeWish(args) : undefined;
  const packing = args.bundle === true ? await import("../bundle/write-bundle.ts") : undefined;
  const path = await packing?.archivePath(context, file);
  const examined = await examine(context, fix);
  const smoke = wish && (await (await import("../smoke/smoke.ts")).runSmoke(context, wish));
  const data = { ...examined, ok: examined.ok && smoke?.ok !== false, ...(smoke === undefined ? {} : { smoke }) };
  if (packing === undefined || path === undefined) return { data, exitCode: data.ok ? 0 : 1 };
  const bundle = await packing.writeBundle(context, { path, doctor: data, ...(task === undefined ? {} : { task }) });
  // What is wrong is in the archive: that was asked for, and is there. A trial that failed was asked for, too.
  return { data: { ...data, bundle }, exitCode: smoke?.ok === false ? 1 : 0 };
};

async function smokeWish({ agent = [], maxSeconds, maxCost }: Arguments): Promise<SmokeWish> {
  const { smokeLimits } = await import("../smoke/smoke.ts");
  const said = { ...(maxSeconds === undefined ? {} : { maxSeconds }), ...(maxCost === undefined ? {} : { maxCost }) };
  return { agents: [...new Set(agent)], limits: smokeLimits(said) };
}

/** What belongs to a flag that is not there is a mistake. Throws `usage`. */
function refuseStrays({ smoke, bundle, file, task, agent, maxSeconds, maxCost }: Arguments): void {
  const of = [
    { flag: "--bundle", given: bundle, said: { file, "--task": task } },
    { flag: "--smoke", given: smoke, said: { "--agent": agent, "--max-seconds": maxSeconds, "--max-cost": maxCost } },
  ];
  for (const { flag, given, said } of of) {
    const [stray] = Object.entries(said).find(([, value]) => value !== undefined) ?? [];
    if (given === true || stray === undefined) continue;
    const word = stray === "file" ? JSON.stringify(file) : stray;
    throw orchError("usage", `${word} means something with ${flag} only`, { hint: "See: orch doctor --help" });
  }
}

/** All checks. */
async function examine(whole: Context, fix: boolean): Promise<Examined> {
  return withPatience(whole, { ms: DAEMON_MS, work: (context) => lookAround(context, fix) });
}

async function lookAround(context: Context, fix: boolean): Promise<Examined> {
  const { host } = context;
  const findings = await Promise.all([
    gitFinding(),
    homeFinding(host.home),
    toolFinding("tmux", ["-V"], "Sessions run as plain processes then; install tmux to attach to them."),
  ]);
  const { found, config, searchPath = host.searchPath } = await readConfig(host, fix);
  const sandbox = await sandboxFindings(context, { mode: config?.sandbox ?? "auto", fix });
  const [daemon, forges] = await Promise.all([
    daemonFindings({ ...context, host: { ...host, searchPath } }, config),
    forgeFindings(context, config),
  ]);
  const seeds = await seedFindings(host, { projects: config?.projects.length ?? 0 });
  const checks = [nodeFinding(), ...findings, ...found, ...seeds, ...sandbox, ...daemon, ...forges];
  const ok = checks.every(({ state }) => state !== "failed");
  return { ok, checks };
}

/** The sandbox; with `fix`, once more after what was missing has been installed. */
async function sandboxFindings(
  { host }: Context,
  { mode, fix }: { readonly mode: SandboxMode; readonly fix: boolean },
): Promise<readonly Finding[]> {
  const { inspectSandbox } = await import("./sandbox-findings.ts");
  const { findings, missing } = await inspectSandbox(mode);
  if (!fix || missing.length === 0) return findings;
  const { installMissing } = await import("./install-missing.ts");
  const done = await installMissing(host, missing);
  if (done.kind === "installed") return (await inspectSandbox(mode)).findings;
  const command = done.command?.join(" ");
  const detail =
    done.kind === "failed" ? `${command} ended with ${done.code ?? "no exit code"}` : "not done by orch here";
  const hint = `Run: ${command ?? `your system's installer for ${missing.join(" and ")}`}`;
  return [...findings, { name: "fix", state: "warning", detail, hint }];
}

function nodeFinding(): Finding {
  return { name: "node", state: "ok", detail: process.versions.node };
}

async function gitFinding(): Promise<Finding> {
  const hint = `Install git ${OLDEST_GIT.join(".")} or newer.`;
  const said = await versionOf("git", ["--version"]);
  if (said === undefined) return { name: "git", state: "failed", detail: "not found", hint };
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(said)?.slice(1) ?? []).map(Number);
  const [wantedMajor, wantedMinor] = OLDEST_GIT;
  const isNew = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return isNew ? { name: "git", state: "ok", detail: said } : { name: "git", state: "failed", detail: said, hint };
}

async function homeFinding(home: string): Promise<Finding> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await access(home, constants.W_OK);
    return { name: "home", state: "ok", detail: home };
  } catch {
    const hint = "Make it writable, or set ORCH_HOME to another folder.";
    return { name: "home", state: "failed", detail: `${home} can't be written`, hint };
  }
}

async function toolFinding(name: string, args: readonly string[], hint: string): Promise<Finding> {
  const said = await versionOf(name, args);
  return said === undefined
    ? { name, state: "warning", detail: "not found", hint }
    : { name, state: "ok", detail: said };
}

interface Known {
  readonly found: readonly Finding[];
  /** Absent: it can't be used. */
  readonly config?: Config;
  /** Where the daemon looks for programs. */
  readonly searchPath?: readonly string[];
}

/** The configuration as it is on the disk: a running daemon stays with the last one that could be used. */
async function readConfig(host: Host, fix: boolean): Promise<Known> {
  const { home, folder } = host;
  const name = "config";
  const env = daemonEnvironment(home);
  const loaded = await loadConfig({ home, folder, env });
  if (!loaded.ok && loaded.error.code === "config_exposed" && fix) {
    const path = homePaths(home).config;
    await chmod(path, 0o600);
    const fixed: Finding = { name: "fix", state: "ok", detail: `${path} is yours alone now (mode 600)` };
    const known = await readConfig(host, false);
    return { ...known, found: [...known.found, fixed] };
  }
  if (!loaded.ok) {
    const { message, hint } = loaded.error;
    return { found: [{ name, state: "failed", detail: message, ...(hint === undefined ? {} : { hint }) }] };
  }
  const { config, sources, notices } = loaded.value;
  const detail = sources.map(({ path }) => path).join(", ") || "none, so everything has its default";
  const told = notices.map((notice): Finding => ({ name, state: "warning", detail: problemLine(notice) }));
  const { findings, path } = await readPath(config, env);
  const found: readonly Finding[] = [{ name, state: "ok", detail }, ...told, ...findings];
  return { found, config, ...(path === undefined ? {} : { searchPath: path }) };
}

/** What the person's path file adds; nothing where there is none. */
async function readPath(
  { pathFile: file }: Config,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly findings: readonly Finding[]; readonly path?: readonly string[] }> {
  const name = "path file";
  const read = file === undefined ? undefined : await readPathFile(file, env);
  if (file === undefined || read === undefined) return { findings: [] };
  if (!read.ok) {
    const hint = "Make it yours alone, or say another path_file in config.yml.";
    return { findings: [{ name, state: "warning", detail: `${file} is not used: ${read.error}`, hint }] };
  }
  const { path, skipped } = read.value;
  const before = (env["PATH"] ?? "").split(delimiter);
  const added = path.filter((folder) => !before.includes(folder));
  const detail = `${file} adds ${added.join(", ") || "no folder"}`;
  if (skipped.length === 0) return { findings: [{ name, state: "ok", detail }], path };
  const hint = 'It is read, never run: write the folders as PATH="$HOME/bin:$PATH".';
  const passed = `${detail}; passed over: line ${skipped.join(", ")}`;
  return { findings: [{ name, state: "warning", detail: passed, hint }], path };
}

/** The daemon and the agents that it knows; without it, whether the programs of the configured agents are there. */
async function daemonFindings(context: Context, config: Config | undefined): Promise<readonly Finding[]> {
  try {
    const { version, pid } = await context.client.health();
    const { agents } = await context.client.call("agents", placeOf(context));
    const daemon: Finding = { name: "daemon", state: "ok", detail: `${version} (pid ${pid})` };
    const webhooks = await context.client.call("webhook status", { limit: 1 });
    return [daemon, ...webhookFindings(webhooks), ...agents.map((agent) => agentFinding(agent))];
  } catch (error) {
    if (!isOrchError(error)) throw error;
    const absent = isDaemonGone(error);
    const daemon: Finding = {
      name: "daemon",
      state: absent ? "warning" : "failed",
      detail: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
    const agents = Object.entries(config?.agents ?? {});
    return [
      daemon,
      ...(await Promise.all(agents.map(([name, { command }]) => programFinding(context.host, { name, command })))),
    ];
  }
}

/** Whether webhooks arrive; nothing where no project is on a forge and nobody listens. */
function webhookFindings({ listener, projects, day, mode, why }: CommandResults["webhook status"]): readonly Finding[] {
  const name = "webhooks";
  if (listener === null) {
    return projects.length === 0 ? [] : [{ name, state: "ok", detail: "off: GitHub is asked what changed" }];
  }
  const { failed, received } = day.byState;
  const figures = `${day.total} in 24 hours, ${received} waiting, ${failed} failed`;
  const own: Finding =
    mode === "polling" && why !== undefined
      ? { name, state: "failed", detail: `${listener.address}: ${WHY_POLLING[why]}`, hint: "See: orch log" }
      : {
          name,
          state: failed === 0 ? "ok" : "warning",
          detail: `${listener.address}: ${figures}`,
          ...failedHint(failed),
        };
  const broken = projects.flatMap((project): readonly Finding[] => {
    if (project.why === undefined || mode === "polling") return [];
    const hint = project.why === "no_hook" ? "Make one: orch webhook add URL" : "See: orch webhook status --forge";
    return [{ name, state: "warning", detail: `${project.project}: ${WHY_POLLING[project.why]}`, hint }];
  });
  return [own, ...broken];
}

function failedHint(failed: number): Pick<Finding, "hint"> {
  return failed === 0 ? {} : { hint: "See: orch webhook status, and orch webhook retry" };
}

function agentFinding({ name, installed, login, version, hint }: CommandResults["agents"]["agents"][number]): Finding {
  const detail = installed ? `${version ?? "installed"}, ${LOGINS[login]}` : "not installed";
  const state = installed && login !== "logged_out" ? "ok" : "warning";
  return { name, state, detail, ...(hint === undefined ? {} : { hint }) };
}

async function programFinding(
  { searchPath, home }: Host,
  { name, command }: { readonly name: string; readonly command: readonly string[] },
): Promise<Finding> {
  const [program] = command;
  if (program === undefined) return { name, state: "ok", detail: "needs no program of its own" };
  const places = isAbsolute(program) ? [program] : searchPath.map((folder) => join(folder, program));
  const found = await Promise.allSettled(places.map((place) => access(place, constants.X_OK)));
  if (found.some(({ status }) => status === "fulfilled")) return { name, state: "ok", detail: "installed" };
  const hint = `Install it, or name another agent under agents: in ${join(home, "config.yml")}.`;
  return { name, state: "warning", detail: `${program} was not found`, hint };
}
