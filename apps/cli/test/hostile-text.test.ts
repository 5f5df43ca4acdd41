import { readdir } from "node:fs/promises";
import { basename } from "node:path";

import { isOrchError } from "@orch/core";
import { obeyedIn, terminalPayloads } from "@orch/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { fixtureAgent, openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 90_000;
const PROJECT = "local/site";

const payloads = [
  "; rm -rf marker; touch marker",
  "$(touch marker)",
  "`touch marker`",
  "| touch marker",
  "one\ntouch marker\ntwo",
  "-rf",
  "--upload-pack=touch marker",
  "../../marker",
  "nul\0touch marker",
  "👩‍👩‍👧 ünïcode \u202Ereversed \u001B]0;title\u0007",
];

/** Each field, how a text is put there, and the only errors that it may be refused with. */
const fields: readonly (readonly [
  field: string,
  send: (text: string) => Promise<unknown>,
  refusals: readonly string[],
])[] = [
  ["title", (text) => add({ title: text }), ["usage"]],
  ["body", (body) => add({ body }), ["usage"]],
  ["label", (label) => add({ label: [label] }), ["usage"]],
  ["model", (model) => add({ model }), ["usage"]],
  ["agent", (agent) => add({ agent }), ["usage", "invalid_id", "agent_unknown"]],
  ["base", (base) => add({ base }), ["usage", "invalid_id"]],
  ["check", (check) => add({ check: [check] }), ["usage"]],
  ["after", (after) => add({ after: [after] }), ["usage", "invalid_id"]],
  ["parent", (parent) => add({ parent }), ["usage", "invalid_id"]],
  ["idempotency key", (idempotencyKey) => add({ idempotencyKey }), ["usage"]],
  ["project", (project) => bench.client.call("task list", { project }), ["usage", "invalid_id", "project_unknown"]],
  ["task", (task) => bench.client.call("task get", { task, project: PROJECT }), ["usage", "invalid_id"]],
  ["folder", (folder) => bench.client.call("task list", { folder }), ["usage"]],
  ["path", (path) => bench.client.call("project add", { path }), ["usage", "not_a_repository"]],
  ["repo", (repo) => bench.client.call("project add", { path: bench.repository.path, repo }), ["usage", "invalid_id"]],
  [
    "message",
    (text) => bench.client.call("task send", { task: "int-1", project: PROJECT, text }),
    ["usage", "session_unknown"],
  ],
  [
    "why",
    (why) => bench.client.call("task cancel", { task: "int-1", project: PROJECT, why }),
    ["usage", "move_refused"],
  ],
  ["key", (key) => bench.client.call("config", { key }), ["usage"]],
];

let bench: OrchBench;

function add(args: object): Promise<unknown> {
  const usual = { project: PROJECT, title: "Add file other", after: ["int-2"] };
  return bench.client.call("task add", { ...usual, ...args });
}

/** Nothing that a text asked for was done: neither where orch works nor where the tests run. */
async function expectNoMarker(): Promise<void> {
  const found = await Promise.all(
    [bench.root, process.cwd()].map(async (folder) => {
      const deep = folder === bench.root;
      return (await readdir(folder, { recursive: deep })).filter((path) => basename(path).startsWith("marker"));
    }),
  );
  expect(found.flat()).toEqual([]);
}

beforeAll(async () => {
  bench = await openOrchBench({ config: { agents: { writer: fixtureAgent("writes") } } });
  await bench.serve();
  await bench.orch(["init"]);
  await bench.repository.commit("chore: set orch up");
  // One that a person gave up, and one that waits for a person and keeps the others from starting.
  await bench.client.call("task add", { project: PROJECT, title: "Add file one" });
  await bench.client.call("task cancel", { project: PROJECT, task: "int-1" });
  await bench.client.call("task add", { project: PROJECT, title: "Add file two" });
  await bench.reaches("int-2", "in_review");
}, LONG_MS);

afterAll(() => bench[Symbol.asyncDispose](), LONG_MS);

test.each(fields)(
  "hostile words as %s are kept as they are, or refused",
  { timeout: LONG_MS },
  async (...[, send, refusals]) => {
    for (const text of payloads) {
      const error = await send(text).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) continue;
      const refusal = isOrchError(error) ? { text, code: error.code, hint: error.hint } : { text, error };
      const known = { code: expect.toBeOneOf([...refusals]) as string, hint: expect.any(String) as string };
      expect(refusal).toEqual({ text, ...known });
    }
    expect((await bench.client.health()).version).toMatch(/^\d/);
    await expectNoMarker();
  },
);

test("what is accepted is stored byte by byte", { timeout: LONG_MS }, async () => {
  for (const text of payloads.filter((payload) => !payload.includes("\0"))) {
    const made = await bench.client.call("task add", {
      project: PROJECT,
      title: text,
      body: text,
      label: [text],
      model: text,
      after: ["int-2"],
    });
    const { task } = await bench.client.call("task get", { task: made.task.key });
    expect(task).toMatchObject({ title: text.replaceAll(/\s+/g, " "), body: text, labels: [text], model: text });
  }
});

test("nothing that the program prints of hostile words is obeyed by a terminal", { timeout: LONG_MS }, async () => {
  const accepted: string[] = [];
  for (const [, text] of terminalPayloads) {
    const made = await add({ title: text, body: text, label: [text] }).catch((error: unknown) => error);
    if (isOrchError(made)) expect(made.code).toBe("usage");
    else accepted.push(text);
  }
  // Nothing is refused but NUL and what is too long for a title.
  expect(accepted.length).toBeGreaterThan(terminalPayloads.length - 10);
  const all = await bench.client.call("task add", {
    project: PROJECT,
    title: "All of them",
    body: accepted.join("\n"),
    after: ["int-2"],
  });
  const calls = [
    ["task", "list"],
    ["task", "tree"],
    ["task", "get", all.task.id],
    ["digest"],
    ["log", "2000", "--debug"],
  ];
  for (const call of calls.flatMap((words) => [words, [...words, "--json"]])) {
    const { out, err } = await bench.orch(call);
    expect([call, obeyedIn(`${out}${err}`, { styles: false })]).toEqual([call, undefined]);
  }
  expect((await bench.result("task get", [all.task.id])).task.body).toBe(accepted.join("\n"));
});

test("an agent works on hostile words, and its commit carries them", { timeout: LONG_MS }, async () => {
  const title = "-rf; touch marker $(touch marker) `touch marker` | 👩‍👩‍👧 'quoted\" --amend";
  const made = await bench.result("task add", ["--body", "$(touch marker)\n```\n; touch marker", "--", title]);
  const { task } = await bench.reaches(made.task.id, "in_review");
  expect(await bench.repository.git("log", "-1", "--format=%s", task.branch ?? "")).toBe(title);
  expect(task.branch).toMatch(/^task-int-\d+-[a-z0-9-]+$/);
  expect((await bench.orch(["task", "merge", made.task.id])).code).toBe(0);
  await expectNoMarker();
  const list = await bench.orch(["task", "list"]);
  expect(list.out).not.toContain("\u001B");
  expect(list.out).not.toContain("\u202E");
});

test("the sizes of texts are bounded", { timeout: LONG_MS }, async () => {
  const long = "ä".repeat(50_000);
  expect(await bench.failure(["task", "add", long])).toMatchObject({ exit: 2, code: "usage" });
  const lines = "line\n".repeat(10_000);
  expect(await bench.failure(["task", "add", lines])).toMatchObject({ exit: 2, code: "usage" });
  const input = "x".repeat(1024 * 1024 + 1);
  expect(await bench.failure(["task", "add", "Big", "--body", "-"], { input })).toMatchObject({
    exit: 2,
    code: "usage",
  });
  await expect(bench.client.call("task add", { project: PROJECT, title: "Big", body: input })).rejects.toMatchObject({
    code: "usage",
  });
  // `run` takes long words: the first line is the title, and nothing is lost.
  const { task } = await bench.result("run", [`Add file long\n${long}`]);
  expect(task).toMatchObject({ status: "in_review", title: "Add file long" });
  expect(task.body).toContain(long);
});

test.each([
  [["task", "add", "-x"], 2, "usage"],
  [["task", "add", ""], 2, "usage"],
  [["task", "get", "../../etc/passwd"], 2, "invalid_id"],
  [["task", "list", "--project", "; rm -rf /"], 3, "project_unknown"],
  [["task", "add", "x", "--check", "test; touch marker"], 2, "usage"],
  [["task", "add", "x", "--base", "--upload-pack=x"], 2, "invalid_id"],
  [["task", "add", "x", "--agent", "$(id)"], 2, "invalid_id"],
])("orch %j exits with %i", { timeout: LONG_MS }, async (args, exit, code) => {
  const failure = await bench.failure(args);
  expect(failure).toMatchObject({ exit, code });
  expect(failure.hint).not.toBe("");
  expect(failure.message).not.toContain('""');
});
