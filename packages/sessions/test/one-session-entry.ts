// Runs one session to its end in a process, and so under a user, of its own. Argument: what to run, as JSON. While
// processes that name the token are many, its supervisor is asked for a sign of life again and again.
import { readdirSync, readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";

import { silentLogger, systemClock, systemRandom, type SessionSpec } from "@orch/core";
import { createSessions } from "@orch/sessions";

import type { BombReport } from "./bombs.test.ts";

const MANY = 10;
const PAUSE_MS = 20;

const [text = ""] = process.argv.slice(2);
// The test that started this wrote it.
const { home, token, spec } = JSON.parse(text) as {
  readonly home: string;
  readonly token: string;
  readonly spec: SessionSpec;
};
const argv = [process.execPath, join(import.meta.dirname, "supervisor-entry.ts")];
const options = { home, clock: systemClock, random: systemRandom, logger: silentLogger };
await using sessions = await createSessions({ ...options, supervisor: { argv } });

let most = 0;
let answers = 0;
const over = new AbortController();

function isOfBomb(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(`bomb-${token}\0`);
  } catch {
    return false;
  }
}

function bomb(): readonly string[] {
  const found = readdirSync("/proc").filter((name) => Number(name) > 0 && isOfBomb(name));
  most = Math.max(most, found.length);
  return found;
}

function ping(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const link = createConnection(socket, () => link.write('{"t":"ping"}\n'));
    link.on("data", (chunk) => {
      resolve(chunk.includes("pong"));
      link.end();
    });
    link.on("error", () => resolve(false));
    link.on("close", () => resolve(false));
  });
}

async function watch(): Promise<void> {
  const launch = JSON.parse(readFileSync(join(spec.folder, "launch.json"), "utf8")) as { readonly socket: string };
  while (!over.signal.aborted) {
    const found = bomb();
    // It was there before the question, and is there after the answer.
    if (found.length >= MANY && (await ping(launch.socket)) && found.some(isOfBomb)) answers += 1;
    await systemClock.sleep(PAUSE_MS);
  }
}

await sessions.start(spec);
const watching = watch();
const end = await sessions.wait(spec.id, new AbortController().signal);
over.abort();
await watching;
const report: BombReport = { end, most, answers, left: bomb().length };
process.stdout.write(JSON.stringify(report));
