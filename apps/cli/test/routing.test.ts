import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { gitRepository } from "@orch/testing";
import { expect, test } from "vitest";

import { fixtureAgent, misbehavingAgent, openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 90_000;

const choice = {
  executor: "second",
  complexity: "simple",
  reason: "it is small",
  profile: { role: "file specialist", skills: ["writing"], tools: [], constraints: ["one file only"] },
  selected_skills: ["files"],
};

function configWith(answer: string, router: object = {}): object {
  return {
    agents: {
      first: fixtureAgent("writes"),
      second: fixtureAgent("writes"),
      sage: fixtureAgent("sage", answer),
    },
    router: { mode: "llm", agent: "sage", agents: ["first", "second"], timeout_seconds: 60, ...router },
    model_map: { simple: { second: "tiny" } },
    workflow: { required_skills: ["house"] },
  };
}

async function putSkill(bench: OrchBench, [id, text]: readonly [string, string]): Promise<void> {
  const folder = join(bench.home, "skills", id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "SKILL.md"), text);
}

test("a model chooses agent, model and skills, and the choice explains itself", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({ config: configWith(JSON.stringify(choice)) });
  await putSkill(bench, [
    "files",
    "---\nname: Files\ndescription: How files are written\n---\nEnd files with a line feed.\n",
  ]);
  await putSkill(bench, ["house", "Our house rules.\n"]);
  const { task, attempts } = await bench.result("run", ["Add file one"]);
  expect(task.status).toBe("in_review");
  expect(attempts).toMatchObject([
    { agent: "second", model: "tiny", why: "classifier: sage chose second: it is small" },
  ]);

  const state = join(bench.home, "state/local/site/tasks", task.id, "attempts");
  const [system, message] = await Promise.all(
    ["sys", "msg"].map((part) => readFile(join(state, "1", `prompt-${part}.md`), "utf8")),
  );
  expect(system).toMatch(/skill files\n(?:.*\n)*End files with a line feed\./);
  expect(system).toContain("skill house [REQUIRED]\nOur house rules.");
  expect(message).toContain("suggested part\nRole: file specialist\nSkills: writing\nConstraints: one file only");

  const [question = ""] = await readdir(join(state, "0"));
  const asked = await readFile(join(state, "0", question, "message.md"), "utf8");
  expect(asked).toContain("- files: Files. How files are written");
  expect(asked).toContain("Title: Add file one");
  expect(await readFile(join(state, "0", question, "answer.txt"), "utf8")).toContain('"executor":"second"');

  await bench.serve();
  expect((await bench.result("route explain", [task.id])).log).toEqual([
    "classifier: sage chose second: it is small",
    "complexity: simple, says the classifier",
    "model: tiny, by model_map.simple.second",
  ]);
  const told = await bench.orch(["route", "explain", task.id]);
  expect(told.out).toContain("classifier: sage chose second");
  expect((await bench.result("skills list")).skills.map(({ id }) => id)).toEqual(["files", "house"]);
});

test("a classifier that talks nonsense costs nothing but the question", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({
    config: configWith("I would rather sing.", { fallback_executor: "second", max_route_attempts: 1 }),
  });
  const { task, attempts } = await bench.result("run", ["Add file one"]);
  expect([task.status, attempts[0]?.agent]).toEqual(["in_review", "second"]);
  await bench.serve();
  await bench.result("task retry", [task.id]);
  await bench.reaches(task.id, "in_review");
  const { log } = await bench.result("route explain", [task.id]);
  expect(log).toContain("classifier: failed 1 times for this task, so it is not asked again");
  expect(log).toContain("round robin: after second comes first");
});

test("skills are brought from repositories, and a typical mistake is named", { timeout: LONG_MS }, async () => {
  const repository = await gitRepository({ "skills/files/SKILL.md": "---\nname: Files\n---\n" });
  const skills = [{ repo: repository.path, path: "skills" }, { repo: "nowhere" }];
  await using bench = await openOrchBench({ config: { agents: { first: fixtureAgent("writes") }, skills } });
  await bench.serve();
  expect((await bench.orch(["skills", "list"])).out).toContain("No skills.");
  const { repositories } = await bench.result("skills sync");
  expect(repositories).toMatchObject([
    { ok: true, skills: ["files"] },
    { repo: "nowhere", ok: false, why: expect.stringContaining("neither owner/repo") as string },
  ]);
  expect((await bench.result("skills list")).skills).toMatchObject([{ id: "files", name: "Files" }]);
});

test("who lands work is chosen for the next, and what is known of each is told", { timeout: LONG_MS }, async () => {
  await using bench = await openOrchBench({
    config: {
      agents: { poor: misbehavingAgent("no-change-but-done"), good: fixtureAgent("writes") },
      router: { learn: true, learn_min_tasks: 2, learn_share_percent: 1 },
    },
  });
  await bench.serve();
  await bench.result("init");
  const folder = bench.repository.path;
  const add = async (title: string, over: object = {}): Promise<string> =>
    (await bench.client.call("task add", { folder, title, ...over })).task.id;
  const lost = [await add("Add file one", { agent: "poor" }), await add("Add file two", { agent: "poor" })];
  const taken = [await add("Add file one", { agent: "good" }), await add("Add file two", { agent: "good" })];
  for (const task of lost) await bench.reaches(task, "needs_review");
  for (const task of taken) {
    await bench.reaches(task, "in_review");
    await bench.client.call("task merge", { folder, task });
  }
  for (const task of taken) await bench.reaches(task, "done");

  const next = await add("Add file three");
  await bench.reaches(next, "in_review", "needs_review");
  const { learned, log } = await bench.result("route explain", [next]);
  expect(learned?.candidates).toMatchObject([
    { agent: "poor", tasks: 2, landed: 0, lost: 2, floor: "held_back", share: 0.01 },
    { agent: "good", tasks: 2, landed: 2, lost: 0, floor: "none", share: 0.01 },
  ]);
  expect(log).toContain(`learning: ${learned?.agent} for medium tasks, by ${WAYS[learned?.by ?? "turn"]}`);
  // One in a hundred is the other's, whatever is known of it: three such in a row are not seen.
  const ask = async (): Promise<string | null> => (await bench.client.call("task route", { folder, task: next })).agent;
  expect([await ask(), await ask(), await ask()]).toContain("good");
  expect((await bench.orch(["route", "explain", next])).out).toMatch(/poor +2 +0 +0 +2 .* held back: its share alone/);
  const { rows } = await bench.client.call("route stats", { folder });
  expect(rows).toMatchObject([
    { agent: "good", complexity: "medium" },
    { agent: "poor", landed: 0 },
  ]);
});

const WAYS = { turn: "one of its fair turns", share: "its least share of all choices", evidence: "the best draw" };
