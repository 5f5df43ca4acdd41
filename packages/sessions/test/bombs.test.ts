import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { systemRandom, type SessionExit, type SessionProbe } from "@orch/core";
import { tempFolder } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { openLink } from "../src/client/link.ts";
import { parseLaunch } from "../src/files/parse-launch.ts";
import { parseState } from "../src/files/parse-records.ts";
import { readRecord } from "../src/files/read-record.ts";
import { sessionFiles } from "../src/files/session-files.ts";
import { checkSandboxes, proveSandbox, readSessionEvents } from "../src/index.ts";
import { signal } from "../src/processes/family.ts";
import { findProcess } from "../src/processes/process-table.ts";
import { actor, openBench, specIn } from "./bench.ts";

/** What `one-session-entry.ts` prints. */
export interface BombReport {
  readonly end: SessionProbe;
  /** The most processes of the bomb that were seen at once. */
  readonly most: number;
  /** How often the supervisor answered while there were many. */
  readonly answers: number;
  /** How many are left at the end. */
  readonly left: number;
}

const LONG_MS = 120_000;
/** Doubled so often the bomb is four times what the kernel allows; it grows no further even if nothing holds it. */
const GENERATIONS = 10;
const QUOTA = 100;
/** What the kernel allows a session of so small a quota. */
const TASKS = 512;
const FLOOD_LIMIT = 128 * 1024 * 1024;
const NOBODY = 65_534;

const onLinux = process.platform === "linux";
const shown = [dirname(process.execPath), import.meta.dirname];
const checks = await checkSandboxes();
const modes = (["none", "bwrap", "srt"] as const).filter((mode) => mode === "none" || checks[mode].works);
/** Root and a user without rights are held by different means: where this is root, both are tried. */
const users = process.getuid?.() === 0 ? ([undefined, NOBODY] as const) : ([undefined] as const);

async function explode(
  mode: (typeof modes)[number],
  uid: number | undefined,
): Promise<BombReport & { exit: SessionExit }> {
  const home = await tempFolder("bomb");
  const own = join(home, "own");
  await mkdir(own);
  if (uid !== undefined) for (const folder of [home, own]) await chown(folder, uid, uid);
  const token = randomUUID();
  const egress = { allow: ["api.example.com"], endpoints: [] };
  const spec = specIn(home, {
    argv: actor("bomb", token, String(GENERATIONS)),
    sandbox: { mode, write: [own], hide: [], read: shown, network: true, egress },
    limits: { wallMs: 60_000, silenceMs: 0, noProgressMs: 0, outputBytes: 0, processes: QUOTA },
  });
  const entry = join(import.meta.dirname, "one-session-entry.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [entry, JSON.stringify({ home, token, spec })], {
    env: { PATH: process.env["PATH"] },
    cwd: home,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const report = JSON.parse(stdout) as BombReport;
  if (report.end.state !== "exited") throw new Error(JSON.stringify(report));
  return { ...report, exit: report.end.exit };
}

describe.each(modes)("in the sandbox %s", (mode) => {
  test.each(users)(
    "a fork bomb is held, and ended, while the supervisor answers (user %s)",
    { timeout: LONG_MS },
    async (uid) => {
      const { exit, most, answers, left } = await explode(mode, uid);
      expect(exit).toMatchObject({
        cause: "quota",
        detail: expect.stringMatching(/^(It had|The system refused)/) as unknown,
      });
      expect(answers).toBeGreaterThan(0);
      expect(left).toBe(0);
      if (exit.holder !== "count") expect(most).toBeLessThanOrEqual(TASKS);
      // An ordinary user's sandbox is never without the kernel's limit.
      if (onLinux && mode !== "none" && uid !== undefined) expect(exit.holder).not.toBe("count");
    },
  );
});

test("what holds a session's processes is proved as it is told", async () => {
  const mode = checks.bwrap.works ? "bwrap" : "none";
  const proof = await proveSandbox(mode, systemRandom, { processes: true });
  const bench = await openBench("process");
  const spec = bench.spec(actor("exit", "0"), { sandbox: { mode, write: [], hide: [], read: shown, network: false } });
  await bench.sessions.start(spec);
  const end = await bench.sessions.wait(spec.id, new AbortController().signal);
  const holder = end.state === "exited" ? end.exit.holder : undefined;
  expect(proof).toMatchObject({ processes: { holder } });
  expect(holder).toBeDefined();
});

test("who sheds its group and its mark is ended where a control group holds it, and the group is removed", async () => {
  const bench = await openBench("process");
  const spec = bench.spec(actor("shed"));
  await bench.sessions.start(spec);
  const end = await bench.sessions.wait(spec.id, new AbortController().signal);
  const holder = end.state === "exited" ? end.exit.holder : undefined;
  let pid = 0;
  for await (const event of readSessionEvents(spec.folder, 0)) if (event.kind === "output") pid = Number(event.text);
  const lives = findProcess(pid) !== undefined;
  signal(pid, "SIGKILL");
  expect({ pid, lives }).toEqual({ pid: expect.any(Number) as unknown, lives: holder !== "cgroup" });
  expect(pid).toBeGreaterThan(1);
  const group = readRecord(sessionFiles(spec.folder).state, parseState)?.cgroup;
  expect(group !== undefined).toBe(holder === "cgroup");
  expect(existsSync(group ?? "")).toBe(false);
});

test.each([
  { what: "1 GB of standard output", verb: "flood" },
  { what: "a flood of log lines", verb: "logFlood" },
])("$what is cut off, while the supervisor answers", { timeout: LONG_MS }, async ({ verb }) => {
  const bench = await openBench("process");
  const mode = checks.bwrap.works ? "bwrap" : "none";
  const sandbox = {
    mode,
    write: [],
    hide: [],
    read: [dirname(process.execPath), import.meta.dirname],
    network: false,
  } as const;
  const limits = { wallMs: 60_000, silenceMs: 0, noProgressMs: 0, outputBytes: FLOOD_LIMIT };
  const protocol = verb === "logFlood" ? bench.protocol : "raw";
  const spec = bench.spec(actor(verb, "1000000000"), { sandbox, limits, protocol });
  await bench.sessions.start(spec);
  const socket = readRecord(sessionFiles(spec.folder).launch, parseLaunch)?.socket ?? "";
  let answers = 0;
  const link = await openLink(socket, ({ t }) => {
    if (t !== "pong") return;
    answers += 1;
    link?.tell({ t: "ping" });
  });
  link?.tell({ t: "ping" });
  const end = await bench.sessions.wait(spec.id, new AbortController().signal);
  link?.close();
  expect(end).toMatchObject({ exit: { cause: "output", outputBytes: FLOOD_LIMIT } });
  expect(answers).toBeGreaterThan(1);
  const sizes = await Promise.all((await readdir(spec.folder)).map((name) => stat(join(spec.folder, name))));
  expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(2 * FLOOD_LIMIT);
});
