import { once } from "node:events";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { IncomingMessage, request, ServerResponse } from "node:http";
import { createServer, Socket } from "node:net";
import { dirname, join } from "node:path";

import { connect, CONTRACT_HEADER, type CommandResults } from "@orch/api";
import { errorSchema, resultSchemas } from "@orch/api/schemas";
import { isApiVerb, verbs } from "@orch/commands";
import { isOrchError, sessionIdOf, systemClock, type ErrorCode, type SessionEvent, type StoredEvent } from "@orch/core";
import { tempFolder, waitFor } from "@orch/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { handlers } from "../src/handlers/handlers.ts";
import { listenOnSocket } from "../src/index.ts";
import { commit, refOf, startStandIn } from "./stand-in.ts";

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | "none"> {
  return work.then(
    () => "none",
    (error: unknown) => (isOrchError(error) ? error.code : "internal"),
  );
}

test("every verb of the daemon has a handler and a documented result, and nothing else has", () => {
  const names = verbs.filter((verb) => isApiVerb(verb)).map((verb) => verb.name);
  expect(Object.keys(handlers).toSorted()).toEqual(names.toSorted());
  const withResult = verbs.map((verb) => verb.name).filter((name) => name !== "serve");
  expect(Object.keys(resultSchemas).toSorted()).toEqual(withResult.toSorted());
});

test("a client sees the daemon's health, and the socket is only for its owner", async () => {
  const { client, socketPath } = await startStandIn();
  expect(await client.health()).toEqual({
    version: "1.2.3",
    pid: process.pid,
    contract: 1,
    lastEvent: 0,
    ephemeral: false,
  });
  expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(socketPath))).mode & 0o777).toBe(0o700);
});

test("a task goes through its life, and every answer fits its documented schema", async () => {
  const { client, folder, finish, live, project } = await startStandIn();
  async function call<Name extends keyof CommandResults>(name: Name, args: object): Promise<CommandResults[Name]> {
    const data = await client.call(name, { folder, ...args });
    const strict = resultSchemas[name].safeParse(data);
    expect(strict.error?.issues ?? []).toEqual([]);
    return data;
  }
  const first = await call("task add", {
    title: " Fix\nthe  door ",
    check: ["npm test", "npm test"],
    label: ["a", "a"],
  });
  expect(first.task).toMatchObject({ key: "local/site#int-1", title: "Fix the door", status: "new", labels: ["a"] });
  const second = await call("task add", { title: "Paint it", after: ["int-1"], parent: "local/site#int-1" }).catch(
    (error: unknown) => error,
  );
  expect(isOrchError(second, "usage")).toBe(true);
  await call("task add", { title: "Paint it", after: ["#int-1"], priority: 5 });
  await call("task add", { title: "Handle", parent: "int-2" });

  expect((await call("task list", {})).tasks.map(({ id }) => id)).toEqual(["int-3", "int-2", "int-1"]);
  expect((await call("task list", { status: ["blocked"] })).tasks.map(({ id }) => id)).toEqual(["int-2"]);
  expect((await call("task tree", {})).tasks.map(({ id, depth }) => [id, depth])).toEqual([
    ["int-1", 0],
    ["int-2", 0],
    ["int-3", 1],
  ]);
  expect((await call("task status", {})).counts).toMatchObject({ new: 2, blocked: 1 });
  expect((await call("task run", {})).task.id).toBe("int-1");
  expect(await codeOf(call("task run", { task: "int-2" }))).toBe("move_refused");
  expect((await call("task unblock", { task: "all" })).tasks.map(({ id, status }) => [id, status])).toEqual([
    ["int-2", "new"],
  ]);
  expect((await call("task route", { task: "int-1" })).why).toBe("no agent is installed");
  expect(await call("route explain", { task: "int-1" })).toMatchObject({
    log: [],
    weights: [{ agent: "codex", weight: 0.3 }],
  });
  expect(await call("route stats", {})).toMatchObject({ project: "local/site", mode: "off", rows: [] });

  await finish(refOf(1));
  const whole = await call("task get", { task: "int-1" });
  expect(whole.task).toMatchObject({ status: "in_review", commit, branch: "orch/int-1" });
  expect(whole.attempts[0]?.receipts[0]).toMatchObject({ check: "test", ok: true, seconds: 1.5 });
  expect(whole.events.map(({ type }) => type)).toEqual([
    "task:created",
    "task:routed",
    "attempt:started",
    "attempt:finished",
  ]);
  expect((await call("task diff", { task: "int-1" })).diff).toContain("diff --git");
  expect((await call("task diff", { task: "int-1", stat: true })).diff).toBe("");
  expect(await codeOf(call("task diff", { task: "int-3" }))).toBe("attempt_unknown");

  expect((await call("task cancel", { task: "int-3" })).task.status).toBe("cancelled");
  expect((await call("task retry", { task: "int-3" })).task.status).toBe("new");
  expect(await codeOf(call("task interrupt", { task: "int-3" }))).toBe("move_refused");
  expect(await codeOf(call("task send", { task: "int-1", text: "hello" }))).toBe("session_unknown");
  expect(await codeOf(call("task kill", { task: "int-1" }))).toBe("session_unknown");

  const session = { purpose: "agent", host: "tmux", pid: 7, startedAt: 1, folder } as const;
  const attempt = { ...refOf(1), attempt: 1 };
  live.push({ ...session, id: sessionIdOf(attempt, "agent"), attempt });
  expect((await call("task live", {})).sessions).toMatchObject([{ asks: [{ id: "req-1" }] }]);
  expect((await call("task attach", { task: "int-1" })).argv).toEqual(["tmux", "attach"]);
  expect((await call("task send", { task: "int-1", text: "hello" })).outcome).toBe("delivered");
  expect(await call("task send", { task: "int-1", text: "no" })).toMatchObject({ outcome: "refused" });
  expect((await call("task get", { task: "int-1" })).asks).toMatchObject([{ id: "req-1", tool: "Bash" }]);
  expect(await call("task allow", { task: "int-1", request: "req-1" })).toEqual({ outcome: "answered" });
  expect(await call("task deny", { task: "int-1", request: "req-2" })).toMatchObject({ outcome: "refused" });
  expect(await call("task hold", { task: "int-1" })).toEqual({ holding: true, waiting: 2, holders: [] });
  expect(await call("task hold", { task: "int-1", release: true, terminal: "left one" })).toEqual({
    holding: false,
    waiting: 0,
    holders: ["left one"],
  });
  expect((await call("task kill", { task: "int-1" })).killed).toBe(1);

  expect((await call("agents", {})).agents).toHaveLength(1);
  expect((await call("config", { key: "engine.max_parallel" })).value).toBe(4);
  expect(await codeOf(call("config", { key: "__proto__.x" }))).toBe("usage");
  expect((await call("project list", { folder: undefined })).projects[0]).toMatchObject({
    id: project.id,
    present: true,
  });
  expect((await call("project add", {})).created).toBe(false);
  expect((await call("project remove", { target: "local/site" })).removed).toBe(true);
});

/** One raw request on a socket. */
async function raw(
  socketPath: string,
  { path, method = "POST", body }: { path: string; method?: string; body?: string },
): Promise<{ status: number; text: string; contract: string | undefined }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, headers: { "content-type": "application/json" } }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text, contract: response.headers[CONTRACT_HEADER]?.toString() }),
      );
    });
    call.on("error", reject);
    call.end(body);
  });
}

const WRONG: readonly [what: { path: string; method?: string; body?: string }, status: number, code: string][] = [
  [{ path: "/v1/commands/task%20add", body: "{" }, 400, "usage"],
  [{ path: "/v1/commands/task%20add", body: "[]" }, 400, "usage"],
  [{ path: "/v1/commands/task%20add", body: "null" }, 400, "usage"],
  [{ path: "/v1/commands/task%20add" }, 400, "usage"],
  [{ path: "/v1/commands/task%20add", body: '{"title":"x","shout":true}' }, 400, "usage"],
  [{ path: "/v1/commands/task%20add", body: '{"title":"x"}' }, 400, "not_a_repository"],
  [{ path: "/v1/commands/task%20add", body: '{"title":"x","project":"no/such"}' }, 404, "project_unknown"],
  [{ path: "/v1/commands/task%20add", body: '{"title":"x","project":"; rm -rf"}' }, 400, "invalid_id"],
  [
    { path: "/v1/commands/task%20add", body: '{"title":"x","project":"local/site","agent":"nobody"}' },
    400,
    "agent_unknown",
  ],
  [
    { path: "/v1/commands/task%20add", body: '{"title":"x","project":"local/site","after":["int-9"]}' },
    404,
    "task_unknown",
  ],
  [{ path: "/v1/commands/task%20add", body: '{"title":"x","project":"local/site","check":["a && b"]}' }, 400, "usage"],
  [
    { path: "/v1/commands/task%20add", body: '{"title":"x","project":"local/site","base":"--force"}' },
    400,
    "invalid_id",
  ],
  [{ path: "/v1/commands/task%20get", body: '{"task":"local/site#int-99"}' }, 404, "task_unknown"],
  [{ path: "/v1/commands/task%20get", body: '{"task":"../../x"}' }, 400, "invalid_id"],
  [{ path: "/v1/commands/nothing", body: "{}" }, 400, "usage"],
  [{ path: "/v1/commands/run", body: "{}" }, 400, "usage"],
  [{ path: "/v1/commands/%E0%A4%A", body: "{}" }, 400, "usage"],
  [{ path: "/v1/commands/stop", body: "x".repeat(1024 * 1024 + 1) }, 400, "usage"],
  [{ path: "/v2/anything", method: "GET" }, 400, "usage"],
  [{ path: "/v1/events?after=-1", method: "GET" }, 400, "usage"],
  [{ path: "/v1/sessions/UPPER/events", method: "GET" }, 400, "invalid_id"],
];

test.each(WRONG)("a wrong request is answered with an error: case %#", async (what, status, code) => {
  const { socketPath, stopped } = await startStandIn();
  const answer = await raw(socketPath, what);
  const { error } = errorSchema.parse(JSON.parse(answer.text));
  expect([answer.status, error.code]).toEqual([status, code]);
  expect(answer.contract).toBe("1");
  expect(stopped()).toBe(0);
});

test("no request makes it answer with a bug, and it still answers afterwards", async () => {
  const { api, client } = await startStandIn();
  const names = verbs.filter((verb) => isApiVerb(verb)).map((verb) => verb.name);
  const keys = [
    "title",
    "task",
    "text",
    "project",
    "folder",
    "after",
    "limit",
    "status",
    "key",
    "path",
    "target",
    "__proto__",
  ];
  const outgoing = new ServerResponse(new IncomingMessage(new Socket()));
  const value = fc.oneof(fc.jsonValue(), fc.string(), fc.constantFrom("int-1", "local/site", "all", "/"));
  const body = fc.oneof(
    fc.dictionary(fc.constantFrom(...keys), value).map((args) => JSON.stringify(args)),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), body, async (name, text) => {
      const url = `http://orch/v1/commands/${encodeURIComponent(name)}`;
      const answer = await api.fetch(new Request(url, { method: "POST", body: text }), { outgoing });
      expect(answer.status).not.toBe(500);
    }),
    { numRuns: 500 },
  );
  expect((await client.health()).version).toBe("1.2.3");
});

test("stop ends the daemon after its answer", async () => {
  const { client, stopped } = await startStandIn();
  expect(await client.call("stop", {})).toEqual({ stopping: true });
  expect(stopped()).toBe(1);
});

test("events come once each and in order, over a cut connection too", async () => {
  const { client, folder, api } = await startStandIn();
  const add = async (title: string): Promise<void> => void (await client.call("task add", { folder, title }));
  await add("one");
  const ending = new AbortController();
  const seen: StoredEvent[] = [];
  const reading = (async () => {
    for await (const event of client.events({ after: 0, signal: ending.signal, patienceMs: 5000 })) seen.push(event);
  })();
  await waitFor("the first event", () => seen.length === 1);
  await add("two");
  await waitFor("the second event", () => seen.length === 2);
  api.closeStreams();
  await Promise.all(["three", "four", "five"].map((title) => add(title)));
  await waitFor("the rest", () => seen.length === 5);
  expect((await client.health()).lastEvent).toBe(seen.at(-1)?.seq);
  ending.abort();
  await reading;
  const all = seen.map(({ seq }) => seq);
  expect(all).toEqual([...new Set(all)].toSorted((left, right) => left - right));
  expect(seen.map(({ event }) => event.type)).toEqual(Array.from({ length: 5 }, () => "task:created"));
  await waitFor("the stream to be closed", () => api.streams === 0);
});

test("three hundred clients see the same events, wherever each began", async () => {
  const { client, folder, api } = await startStandIn();
  const ending = new AbortController();
  const clients = Array.from({ length: 300 }, (_, index) => ({ after: index % 3, seen: [] as number[] }));
  const readings = clients.map(async ({ after, seen }) => {
    for await (const { seq } of client.events({ after, signal: ending.signal })) seen.push(seq);
  });
  await waitFor("all streams to be open", () => api.streams === clients.length);
  for (const title of ["one", "two", "three", "four"]) await client.call("task add", { folder, title });
  const { lastEvent } = await client.health();
  await waitFor("the last event everywhere", () => clients.every(({ seen }) => seen.at(-1) === lastEvent), 30_000);
  ending.abort();
  await Promise.all(readings);
  const all = Array.from({ length: lastEvent }, (_, index) => index + 1);
  for (const { after, seen } of clients) expect(seen).toEqual(all.slice(after));
});

test("a session is followed to its end, and resumed where one stopped", async () => {
  const { client, printed } = await startStandIn();
  const follow = async (after: number): Promise<readonly number[]> => {
    const events: number[] = [];
    const signal = AbortSignal.timeout(10_000);
    for await (const event of client.sessionEvents("site-int-1", { after, signal })) events.push(event.seq);
    return events;
  };
  expect(await codeOf(follow(0))).toBe("session_unknown");
  const texts = ["a", "b\n\ndata: c", "ü\r\n"].map((text, index): SessionEvent => ({
    seq: index + 1,
    at: 0,
    kind: "agent",
    event: { type: "text", text },
  }));
  printed.push(...texts);
  expect(await follow(0)).toEqual([1, 2, 3]);
  expect(await follow(2)).toEqual([3]);
});

/** So many looks apart, a figure that did not change has come to rest: at least a fifth of a second. */
const STEADY_LOOKS = 10;

test("a client that does not read holds nothing up and costs nothing", async () => {
  const { api, printed, socketPath } = await startStandIn();
  let given = 0;
  const text = "x".repeat(50_000);
  for (let seq = 1; seq <= 1000; seq += 1) printed.push({ seq, at: 0, kind: "notice", text });
  printed.filter = function* lazily(this: readonly SessionEvent[]) {
    for (const event of this) {
      given += 1;
      yield event;
    }
  } as never;
  const asked = request({ socketPath, path: "/v1/sessions/site-int-1/events?after=0" }).end();
  await once(asked, "response");
  const looks: number[] = [];
  await waitFor("the buffers to be full", () => {
    looks.push(given);
    return given > 0 && looks.length > STEADY_LOOKS && looks.at(-1 - STEADY_LOOKS) === given;
  });
  // What the system and node hold for one connection, however much there is.
  expect(given).toBeLessThan(40);
  asked.destroy();
  await waitFor("the stream to be closed", () => api.streams === 0);
});

test("without a daemon the client says so, and how to start it", async () => {
  const folder = await tempFolder();
  const client = connect({ socketPath: join(folder, "orch.sock") });
  const error: unknown = await client.health().catch((thrown: unknown) => thrown);
  expect(isOrchError(error, "daemon_absent") && error.hint).toBe("start it with: orch serve");
  await writeFile(join(folder, "orch.sock"), "not a socket");
  expect(await codeOf(client.health())).toBe("daemon_absent");
});

test("another contract is recognised", async () => {
  const socketPath = join(await tempFolder(), "orch.sock");
  const server = createServer((socket) => {
    socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\norch-contract: 999\r\ncontent-length: 2\r\n\r\n{}"));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  expect(await codeOf(connect({ socketPath }).health())).toBe("daemon_version");
  await new Promise((resolve) => server.close(resolve));
});

test("a second daemon is refused, and a stale socket is replaced", async () => {
  const { api, socketPath, folder } = await startStandIn();
  const clock = systemClock;
  expect(await codeOf(listenOnSocket(api, { path: socketPath, clock }))).toBe("daemon_running");
  const stale = join(folder, "stale.sock");
  await writeFile(stale, "");
  await using _ = await listenOnSocket(api, { path: stale, clock });
  expect((await connect({ socketPath: stale }).health()).contract).toBe(1);
});

test("a socket that can't be made is explained", async () => {
  const { api, folder } = await startStandIn();
  const clock = systemClock;
  expect(await codeOf(listenOnSocket(api, { path: join(folder, "x".repeat(120)), clock }))).toBe("home_unusable");
  await writeFile(join(folder, "file"), "");
  expect(await codeOf(listenOnSocket(api, { path: join(folder, "file", "s"), clock }))).toBe("home_unusable");
});

test("a folder reaches its project through a link and from below", async () => {
  const { client, folder } = await startStandIn();
  const elsewhere = await tempFolder();
  await symlink(folder, join(elsewhere, "link"));
  await mkdir(join(folder, "deep", "er"), { recursive: true });
  await chmod(join(folder, "deep"), 0o755);
  for (const from of [join(elsewhere, "link"), join(folder, "deep", "er")]) {
    const { task } = await client.call("task add", { folder: from, title: "x" });
    expect(task.project).toBe("local/site");
  }
  expect(await codeOf(client.call("task add", { folder: elsewhere, title: "x" }))).toBe("not_a_repository");
});

test("a task with the label plan is to be divided", async () => {
  const { client, folder, store } = await startStandIn();
  await client.call("task add", { folder, title: "All doors", label: ["plan"] });
  await client.call("task add", { folder, title: "One door", label: ["planned"] });
  const tasks = await store.tasks({ limit: 2 });
  expect(tasks.map(({ title, plan }) => [title, plan])).toEqual([
    ["One door", undefined],
    ["All doors", true],
  ]);
});
