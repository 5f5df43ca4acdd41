// Stands between a supervisor and `opencode serve`: node opencode-bridge-main FOLDER GUARD PROGRAM [ARGUMENT...].
// Lines in: {id, method, path, body}; lines out: {id, status, body}, {event}, {ready}, {failed}. When its input ends,
// so does the server. It imports nothing of the workspace, so that it runs as source and as built, in any sandbox.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

import { environmentWith } from "./opencode/bridge/env.ts";
import { lineOf } from "./opencode/bridge/print-line.ts";
import { readEvents } from "./opencode/bridge/read-events.ts";
import { addressOf, ask, headersFor, parseRequest, type ServerAddress } from "./opencode/bridge/requests.ts";
import { startServer, type Server, type ServerEnd } from "./opencode/bridge/start-server.ts";

const GUARD_MS = 15_000;
const LOOK_MS = 50;
const GRACE_MS = 3000;
const RECONNECT_MS = 200;
// Noise: what the server loads, and its sign of life, which would hide that the agent gives none.
const QUIET = /^(?:plugin|catalog|reference|integration|server|file\.watcher|models-dev|lsp|vcs|project)\b/;

const [folder = "", guard = "", ...program] = process.argv.slice(2);
const print = (value: unknown, otherwise: unknown = {}): void => void process.stdout.write(lineOf(value, otherwise));
const ending = new AbortController();

async function main(): Promise<void> {
  const password = randomBytes(24).toString("base64url");
  const server = startServer(program, environmentWith("OPENCODE_SERVER_PASSWORD", password));
  const url = await server.url;
  if (url === undefined) return fail(await server.ended);
  const address: ServerAddress = { url, password, folder };
  const stop = (exitCode: number): void => void stopServer(server, address, exitCode);
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const) {
    process.once(signal, () => stop(code));
  }
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    const request = parseRequest(line);
    if (request !== undefined) void ask(address, request).then((answer) => print(answer, { ...answer, body: null }));
  });
  input.on("close", () => stop(0));
  const guarded = await waitForGuard(address);
  void follow(address, guarded);
  const end = await server.ended;
  if (!ending.signal.aborted) fail(end);
}

/** Makes the server load what belongs to the folder, and waits until it has come upon the guard. */
async function waitForGuard(address: ServerAddress): Promise<boolean> {
  await ask(address, { id: 0, method: "GET", path: "/api/agent" });
  for (let waited = 0; waited < GUARD_MS; waited += LOOK_MS) {
    if (guard === "" || existsSync(guard)) return true;
    await pause(LOOK_MS);
  }
  return false;
}

async function follow(address: ServerAddress, guarded: boolean): Promise<void> {
  for (let again = false; !ending.signal.aborted; again = true) {
    // The server's end says more than a lost connection, if it is that.
    await listen(address, { guarded, again }).catch(() => undefined);
    await pause(RECONNECT_MS);
  }
}

async function listen(address: ServerAddress, ready: { guarded: boolean; again: boolean }): Promise<void> {
  const { body } = await fetch(addressOf(address, "/event"), { headers: headersFor(address) });
  if (body === null) return;
  print({ ready });
  for await (const event of readEvents(body)) tell(event);
}

function tell(event: unknown): void {
  const quiet = typeof event === "object" && event !== null && "type" in event && QUIET.test(String(event.type));
  if (!quiet) print({ event });
}

/** Aborts what runs, because the server leaves the processes of its tools behind; then ends it. */
async function stopServer(server: Server, address: ServerAddress, exitCode: number): Promise<void> {
  if (ending.signal.aborted) return;
  ending.abort();
  process.exitCode = exitCode;
  const { body } = await ask(address, { id: 0, method: "GET", path: "/session/status" });
  const busy = typeof body === "object" && body !== null ? Object.keys(body) : [];
  await Promise.all(
    busy.map((id) => ask(address, { id: 0, method: "POST", path: `/session/${encodeURIComponent(id)}/abort` })),
  );
  server.kill("SIGTERM");
  const late = new AbortController();
  void pause(GRACE_MS, undefined, { signal: late.signal }).then(
    () => server.kill("SIGKILL"),
    () => undefined,
  );
  await server.ended;
  late.abort();
  process.exit();
}

function fail({ words, output }: ServerEnd): void {
  ending.abort();
  print({ failed: { message: `opencode ${words}`, output } });
  process.exitCode = 1;
  process.stdin.destroy();
}

await main();
