import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { gitRepository } from "@orch/testing";
import { expect, test } from "vitest";

import { fixtureAgent, openOrchBench, type OrchBench } from "./orch-bench.ts";

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
