import { createHmac } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";

import type { GitHubHooks } from "@orch/backend-github";
import {
  isOrchError,
  parseProjectId,
  silentLogger,
  systemClock,
  systemRandom,
  unwrap,
  type ForgeHint,
  type Projects,
  type ProjectSettings,
} from "@orch/core";
import { openStore, type SqliteStore } from "@orch/store";
import { tempFolder } from "@orch/testing";
import { recordedWebhooks, startGitHub } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { createTcpListener } from "../src/http/listen-tcp.ts";
import { retryDelivery } from "../src/webhook-retry.ts";
import { createWebhookWatch } from "../src/webhook-watch.ts";
import { startWebhooks, type RunningWebhooks } from "../src/webhooks.ts";
import { settingsOf } from "./stand-in.ts";

const SECRET = "the secret of the hook";
const project = unwrap(parseProjectId("octo/sample"));

interface Bench {
  readonly running: RunningWebhooks;
  readonly url: string;
  readonly hints: ForgeHint[];
  readonly logs: string;
  readonly store: SqliteStore;
}

/** Projects that are on GitHub as `owner/name`. */
function projectsAt(repositories: readonly string[]): Projects {
  const all = repositories.map((repository): ProjectSettings => {
    const id = unwrap(parseProjectId(repository));
    const forge = { repository } as NonNullable<ProjectSettings["forge"]>;
    return { ...settingsOf(id, "/nowhere"), forge };
  });
  return { list: () => all, get: (id) => all.find((each) => each.id === id) };
}

/** A daemon's part for webhooks, which really listens; ends with the test. */
async function listening(repositories: readonly string[] = ["octo/sample"]): Promise<Bench> {
  const logs = await tempFolder("webhook-logs");
  const clock = systemClock;
  const store = await openStore({ path: join(logs, "orch.db"), clock });
  const watch = createWebhookWatch({ clock, logger: silentLogger });
  const hints: ForgeHint[] = [];
  const projects = projectsAt(repositories);
  const running = await startWebhooks({
    settings: { enabled: true, host: "127.0.0.1", port: 0, secrets: [SECRET], allowUnsigned: false },
    checkMs: () => 60_000,
    logs,
    projectOf: (name) => projects.list().find(({ forge }) => forge?.repository === name)?.id,
    heard: () => undefined,
    engine: { look: async (hint) => void hints.push(hint) },
    store,
    deliveries: store.deliveries,
    watch,
    clock,
    random: systemRandom,
    logger: silentLogger,
  });
  onTestFinished(async () => {
    await running[Symbol.asyncDispose]();
    await watch[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
  return { running, url: `http://127.0.0.1:${running.port}`, hints, logs, store };
}

function signed(event: string, text: string): RequestInit {
  const hex = createHmac("sha256", SECRET).update(text).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-event": event,
    "x-hub-signature-256": `sha256=${hex}`,
  };
  return { method: "POST", body: text, headers };
}

test("an issue that is opened on GitHub reaches the engine, once, whatever happens on the way", async () => {
  const { url, hints, logs } = await listening();
  const app = {
    id: 7,
    slug: "orch",
    permissions: { issues: "write" },
    webhook: { url: `${url}/webhook`, secret: SECRET },
  } as const;
  await using github = await startGitHub({ repositories: [{ name: "octo/sample" }], app });
  const call = (path: string, body: object): Promise<Response> =>
    fetch(`${github.url}/repos/octo/sample/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${github.token}`, "content-type": "application/json" },
    });
  github.webhooks.next("double", { event: "issues.opened" });
  expect((await call("issues", { title: "Fix the door" })).status).toBe(201);
  github.webhooks.next("lose", { event: "issue_comment" });
  await call("issues/1/comments", { body: "soon" });
  await github.webhooks.settled();
  expect(hints).toEqual([{ project, about: "issue", number: 1 }]);
  const lost = github.webhooks.deliveries().find(({ event }) => event === "issue_comment");
  await github.webhooks.redeliver(lost?.id ?? 0);
  expect(hints).toHaveLength(2);
  const payload = { action: "opened", issue: { number: 1 }, repository: { full_name: "octo/sample" } };
  expect(await github.webhooks.forge({ url: `${url}/webhook`, event: "issues", payload })).toBe(401);
  expect(hints).toHaveLength(2);
  const audit = (await readFile(join(logs, "webhooks.jsonl"), "utf8")).trim().split("\n");
  expect(audit.map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual([
    "processed",
    "duplicate_delivery",
    "processed",
    "bad_signature",
  ]);
  expect((await stat(join(logs, "webhooks.jsonl"))).mode & 0o777).toBe(0o600);
});

test("every event that GitHub recorded is acknowledged over the wire", async () => {
  const { url } = await listening(["codertocat/hello-world"]);
  for (const { event, payload } of recordedWebhooks()) {
    const answer = await fetch(`${url}/github/webhook`, signed(event, JSON.stringify(payload)));
    expect({ event, status: answer.status }).toEqual({ event, status: 200 });
    await answer.arrayBuffer();
  }
}, 60_000);

test("nothing but webhooks and health is on that port", async () => {
  const { url } = await listening();
  const statusOf = async (path: string, init?: RequestInit): Promise<number> => {
    const answer = await fetch(`${url}${path}`, init);
    await answer.arrayBuffer();
    return answer.status;
  };
  expect(await statusOf("/health")).toBe(200);
  expect(await statusOf("/health", { method: "HEAD" })).toBe(200);
  expect(await statusOf("/webhook")).toBe(200);
  for (const path of ["/", "/v1/health", "/v1/events", "/webhook/../v1/health"]) expect(await statusOf(path)).toBe(404);
  expect(await statusOf("/v1/commands/stop", { method: "POST", body: "{}" })).toBe(404);
});

/** Sends raw bytes; gives everything that comes back until the other side ends. */
function raw(port: number, bytes: string): { readonly socket: Socket; readonly ended: Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  const ended = new Promise<string>((resolve) => {
    socket.on("data", (data) => void (heard += data.toString()));
    socket.on("error", () => resolve(heard));
    socket.on("close", () => resolve(heard));
  });
  socket.write(bytes);
  return { socket, ended };
}

const head = "POST /webhook HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: issues\r\n";

test("a body that is longer than it may be is refused while it comes, whatever length was said", async () => {
  const { running } = await listening();
  const declared = raw(running.port, `${head}Content-Length: 26214400\r\n\r\n[`);
  expect(await declared.ended).toMatch(/^HTTP\/1\.1 413 /);
  const chunk = `10000\r\n${"[".repeat(0x10000)}\r\n`;
  const chunked = raw(running.port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(17)}`);
  expect(await chunked.ended).toMatch(/^HTTP\/1\.1 413 /);
  const lies = raw(running.port, `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
  expect(await lies.ended).toMatch(/^HTTP\/1\.1 400 /);
});

test("a client that sends its request drop by drop is put off, and others are answered meanwhile", async () => {
  const { running, url } = await listening();
  const slow = Array.from({ length: 20 }, () => raw(running.port, "POST /webhook HTTP/1.1\r\nHost: x\r\n"));
  const stuck = raw(running.port, `${head}Content-Length: 100\r\n\r\n{`);
  const answer = await fetch(
    `${url}/webhook`,
    signed("ping", JSON.stringify({ repository: { full_name: "octo/sample" } })),
  );
  expect(answer.status).toBe(200);
  for (const { ended } of slow) expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
  await stuck.ended;
  expect((await fetch(`${url}/health`)).status).toBe(200);
}, 60_000);

test("a port that is taken is said to be so", async () => {
  const { running } = await listening();
  const taken = createTcpListener(() => Promise.resolve(new Response()), {
    host: "127.0.0.1",
    port: running.port,
    clock: systemClock,
  });
  await expect(taken).rejects.toSatisfy((thrown) => isOrchError(thrown, "config_invalid"));
});

test("one that never arrived is taken from the list of its hook when a person asks for it, once", async () => {
  const { running, hints, store } = await listening();
  const payload = { action: "opened", issue: { number: 9 }, repository: { full_name: "octo/sample" } };
  const row = { id: 5, delivery: "lost", event: "issues", at: systemClock.now(), status: 0, redelivery: false };
  const hooks: GitHubHooks = {
    list: async () => [{ hook: "7", url: "https://tunnel.example/webhook", active: true }],
    deliveries: async () => [row],
    payload: async ({ id }) => (id === row.id ? payload : {}),
    put: async () => ({ hook: "7", created: false }),
  };
  const parts = {
    projects: projectsAt(["octo/sample"]),
    hooksOf: () => hooks,
    store,
    clock: systemClock,
    logger: silentLogger,
  };
  const retry = (delivery: string): Promise<unknown> =>
    retryDelivery({ ...parts, webhooks: running.webhooks }, delivery);
  expect(await retry("lost")).toMatchObject({ delivery: "lost", state: "processed", hook: "7" });
  expect(hints).toEqual([{ project, about: "issue", number: 9 }]);
  for (const name of ["lost", "never sent"])
    await expect(retry(name)).rejects.toSatisfy((thrown) => isOrchError(thrown, "delivery_unknown"));
  const off = retryDelivery({ ...parts, webhooks: undefined }, "lost");
  await expect(off).rejects.toSatisfy((thrown) => isOrchError(thrown, "usage"));
  expect(hints).toHaveLength(1);
});
