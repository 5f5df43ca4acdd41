import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { repositoryAt, type TestRepository } from "@orch/testing";
import { expect, test } from "vitest";

import { fixtureAgent, openOrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

async function skillRepository(path: string): Promise<TestRepository> {
  const repository = repositoryAt(path);
  await mkdir(path);
  await repository.git("init", "--quiet", "--initial-branch=main");
  await repository.git("config", "user.name", "Tester");
  await repository.git("config", "user.email", "tester@example.com");
  return repository;
}

test("skills.yml of an earlier orch counts in orch's home, and not in a project", { timeout: LONG_MS }, async () => {
  const config = { agents: { writer: fixtureAgent("writes") }, router: { default_skills: ["design"] } };
  const foreign = "repositories: [{ url: /nowhere }]\n";
  await using bench = await openOrchBench({ config, files: { "skills.yml": foreign } });
  const source = await skillRepository(join(bench.root, "taught"));
  const pin = await source.commit("first", { "design/SKILL.md": "Draw first." });
  await source.commit("second", { "design/SKILL.md": "Draw last." });
  const catalogue = join(bench.home, "skills.yml");
  const write = (skills: string, one = pin): Promise<void> =>
    writeFile(catalogue, `repositories:\n  - { name: taught, url: ${source.path}, pin: ${one} }\nskills: ${skills}\n`);

  const toldOf = async (name: string): Promise<string | undefined> =>
    (await bench.result("doctor")).checks.find((check) => check.name === name)?.detail;
  expect(await toldOf("skills")).toBe(`${join(bench.repository.path, "skills.yml")} is not read`);
  await write("[{ id: design, name: Design well, description: How to draw }]");
  expect(await toldOf("skills")).toBeUndefined();
  await bench.serve();
  const { repositories } = await bench.result("skills sync");
  expect(repositories).toEqual([{ repo: source.path, ok: true, commit: pin, skills: ["design"] }]);
  const { skills } = await bench.result("skills list");
  expect(skills).toMatchObject([{ id: "design", name: "Design well", description: "How to draw" }]);
  await bench.orch(["init"]);
  await bench.result("task add", ["Add file one"]);
  await bench.reaches("int-1", "in_review");
  const attempt = join(bench.home, "state/local/site/tasks/int-1/attempts/1");
  expect(await readFile(join(attempt, "prompt-sys.md"), "utf8")).toMatch(/skill design\nDraw first\./);

  // A branch that is called like a commit is not that commit.
  const named = "b".repeat(40);
  await source.git("branch", named);
  await write("[design, lost]", named);
  const refused = (await bench.result("skills sync")).repositories;
  expect(refused).toMatchObject([
    { repo: source.path, ok: false },
    { repo: catalogue, ok: false, why: "no SKILL.md was found for lost" },
  ]);
  await write("[]", "main");
  expect((await bench.orch(["skills", "sync"])).out).toContain("repository 1 has a pin that is no whole commit id");
});

test("in the skills mode off no agent is given any", { timeout: LONG_MS }, async () => {
  const router = { default_skills: ["design"] };
  const policy = { skills_mode: "off" };
  await using bench = await openOrchBench({ config: { agents: { writer: fixtureAgent("writes") }, router, policy } });
  await mkdir(join(bench.home, "skills", "design"), { recursive: true });
  await writeFile(join(bench.home, "skills", "design", "SKILL.md"), "Draw first.");
  await bench.serve();
  await bench.orch(["init"]);
  await bench.result("task add", ["Add file one"]);
  const { task } = await bench.reaches("int-1", "in_review");
  const attempt = join(bench.home, "state/local/site/tasks", task.id, "attempts/1");
  expect(await readFile(join(attempt, "prompt-sys.md"), "utf8")).not.toContain("Draw first.");
  // Why its streams are kept once the task is settled is in the attempt's own record.
  const { eventStream } = JSON.parse(await readFile(join(attempt, "digest.json"), "utf8")) as { eventStream: object };
  expect(eventStream).toMatchObject({ reason: "sampled", rank: expect.any(Number) as unknown });
});
