import { rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import type { CommandResults } from "@orch/api";
import { packBundle, type Part } from "@orch/bundle";
import { orchError } from "@orch/core";

import { placeOf, withPatience, type Context } from "../context.ts";
import { diagnoseHome } from "../diagnose-home.ts";
import { daemonEnvironment } from "../env.ts";
import { withProgress } from "../progress.ts";
import { ownVersion } from "../version.ts";
import { versionsOf } from "./versions.ts";

const PART_BYTES = 512 * 1024;
const HEALTH_MS = 5_000;
const DAEMON_MS = 10_000;
const METRICS_HOURS = 24 * 7;

type Doctor = CommandResults["doctor"];

/** What an archive is about, beside the home. */
interface BundleWish {
  /** From `archivePath`. */
  readonly path: string;
  readonly doctor: Omit<Doctor, "bundle">;
  readonly task?: string;
}

/** Where the archive is to go. Throws `usage` when something is there, or the folder is not. */
export async function archivePath({ host }: Context, file: string | undefined): Promise<string> {
  const time = new Date(host.clock.now()).toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const path = resolve(host.folder, file ?? `orch-bundle-${time}.tar.gz`);
  if (!(await isFolder(dirname(path)))) {
    throw orchError("usage", `there is no folder ${dirname(path)}`, { hint: "Name a file in one that is there." });
  }
  if (await exists(path)) {
    throw orchError("usage", `${path} is there already`, { hint: "Name another file; nothing is written over." });
  }
  return path;
}

/** Packs what the report of a fault needs and writes it, for its owner only. Throws `task_unknown`, `usage`. */
export async function writeBundle(context: Context, wish: BundleWish): Promise<NonNullable<Doctor["bundle"]>> {
  const { host } = context;
  const { path, task } = wish;
  const userHome = daemonEnvironment(host.home)["HOME"] ?? "/nonexistent";
  return withProgress(context, "Packing", async () => {
    await using diagnosis = await diagnoseHome(host, task === undefined ? {} : { task });
    const [config, database, ...rest] = diagnosis.parts;
    const first = [config, database].filter((part) => part !== undefined);
    const parts = [...machineParts(wish), ...first, ...daemonParts(context), ...rest];
    const { redactor } = diagnosis;
    const { archive, manifest } = await packBundle(parts, {
      redactor,
      version: ownVersion(),
      now: host.clock.now(),
      userHome,
    });
    await writeNew(path, archive);
    const { files, missing, hidden } = manifest;
    return { path, bytes: archive.byteLength, files, missing, hidden };
  });
}

function machineParts({ doctor }: BundleWish): readonly Part[] {
  return [
    part("versions.json", "Versions of orch, Node, the system and its tools, and names of variables", versionsOf),
    part("doctor.json", "What orch doctor found", async () => doctor),
  ];
}

/** What only a daemon knows, each given up where it does not answer. */
function daemonParts(context: Context): readonly Part[] {
  let found: Promise<unknown> | undefined;
  // One that does not answer is asked once.
  const isThere = (): Promise<unknown> =>
    (found ??= withPatience(context, { ms: HEALTH_MS, work: ({ client }) => client.health() }));
  const asked = <Value>(work: (patient: Context) => Promise<Value>) => {
    return async () => {
      await isThere();
      return withPatience(context, { ms: DAEMON_MS, work });
    };
  };
  return [
    part(
      "daemon.json",
      "The daemon, how many tasks it has in each status, its sessions and its webhooks",
      asked(async ({ client }) => ({
        health: await client.health(),
        tasks: await client.call("task status", { all: true }),
        live: await client.call("task live", {}),
        webhooks: await client.call("webhook status", { limit: 20 }),
      })),
    ),
    part(
      "agents.json",
      "The agents: versions, logins, rests and last failures",
      asked(({ client }) => client.call("agents", placeOf(context))),
    ),
    part(
      "metrics.json",
      "How the attempts of the last seven days fared",
      asked(({ client }) => client.call("metrics", { all: true, hours: METRICS_HOURS })),
    ),
  ];
}

function part(name: string, what: string, read: Part["read"]): Part {
  return { name, what, mostBytes: PART_BYTES, read };
}

/** Writes a file that was not there, whole or not at all. */
async function writeNew(path: string, archive: Uint8Array): Promise<void> {
  try {
    await writeFile(path, archive, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    // What was there is somebody else's; what was begun is half of ours.
    if (code === "ENOSPC" || code === "EIO") await rm(path, { force: true });
    throw orchError("usage", `${path} can't be written (${code})`, {
      hint: "Name a file where you may write: orch doctor --bundle <file>",
      cause,
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
