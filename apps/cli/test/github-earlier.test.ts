import { repositoryAt, tempFolder, waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 180_000;
const config = { agents: { obedient: fixtureAgent("obeys") } };
/** As the first seed wrote it; `octo/sample` has the file before orch comes. */
const SEED_FILE = `repo: ${PROJECT}
workflow:
  auto_close: true
  review_owner: "@octo"
  auto_create_followup_on_changes: false
checks:
  - { name: there, run: [test, -s, a.txt] }
`;
const WORK = "Please put one in a.txt.";

test("what a user of the first seed has is understood, and nothing is doubled", { timeout: LONG_MS }, async () => {
  const repositories = [{ name: PROJECT, files: { "README.md": "# sample\n", ".orch.yml": SEED_FILE } }];
  await using scene = await openGitHubBench({
    config: { ...config, intake: { mode: "all" } },
    options: { repositories },
  });
  const { bench, github, ask } = scene;
  await ask("POST /labels", { name: "status:new", color: "0e8a16", description: "Task status: new" });
  await ask("POST /labels", { name: "status:in_review", color: "0075ca", description: "Task status: in_review" });
  const issue = async (title: string, ...labels: readonly string[]): Promise<number> =>
    (await ask("POST /issues", { title, body: WORK, labels })).number;
  const fresh = await issue("Is new", "status:new");
  const underWay = await issue("Is under way", "status:in_progress", "agent:obedient", "complexity:simple");
  const named = await issue("Has a branch", "status:in_review", "agent:claude");
  const referred = await issue("Has a reference", "status:in_review");
  const stuck = await issue("Is stuck", "status:needs_review");
  const over = await issue("Is over", "status:done");
  const first = await open(`gh-task-${named}-has-a-branch`, "Some words.");
  const second = await open("by-hand", `Closes #${referred}`);
  await ask(`POST /issues/${named}/comments`, { body: "<!-- orch:status -->\n**Agent**: claude\n**State**: running" });
  await ask(`POST /issues/${named}/comments`, { body: "<!-- orch:agent-response -->\nI wrote the file." });

  await scene.serve();
  await bench.result("init");
  for (const number of [fresh, underWay]) {
    await waitFor("its own pull request", async () => (await task(number))?.["status"] === "in_review", 60_000);
  }
  await waitFor("the first to be adopted", async () => (await statusOf(named)).includes(`#${first}`), 30_000);
  await waitFor("the second to be adopted", async () => (await statusOf(referred)).includes(`#${second}`), 30_000);
  expect(await task(named)).toMatchObject({ status: "in_review", pull: { number: first } });
  expect(await task(referred)).toMatchObject({ status: "in_review", pull: { number: second } });
  expect(await task(stuck)).toMatchObject({ status: "needs_review", reason: "held" });
  expect(await task(over)).toBeUndefined();
  expect((await ask<readonly Answer[]>("GET /pulls?state=all")).length).toBe(4);
  expect((await scene.comments(named)).length).toBe(2);
  expect((await scene.comments(over)).length).toBe(0);
  expect(await labelsOf(named)).toEqual(["agent:claude", "status:in_review"]);
  const labels = await ask<readonly { name: string; color: string }[]>("GET /labels?per_page=100");
  expect(labels.filter(({ name }) => name === "status:in_review")).toMatchObject([{ color: "0075ca" }]);

  await ask(`PUT /pulls/${first}/merge`, {});
  await waitFor("the issue to be closed", async () => (await ask(`GET /issues/${named}`)).state === "closed", 60_000);
  expect(await task(named)).toMatchObject({ status: "done" });

  async function open(branch: string, body: string): Promise<number> {
    const earlier = repositoryAt(await tempFolder());
    await earlier.git("clone", "--quiet", github.cloneUrl(PROJECT, "octo"), ".");
    await earlier.git("config", "user.name", "Octo");
    await earlier.git("config", "user.email", "octo@example.org");
    await earlier.git("checkout", "--quiet", "-b", branch);
    await earlier.commit("Work", { [`${branch}.txt`]: "work\n" });
    await earlier.git("push", "--quiet", "origin", branch);
    return (await ask("POST /pulls", { head: branch, base: "main", title: "Work", body })).number;
  }

  async function task(number: number): Promise<Record<string, unknown> | undefined> {
    const { tasks } = await bench.result("task list", ["--project", PROJECT]);
    const found = tasks.find(({ id }) => id === String(number));
    return found === undefined ? undefined : { ...found };
  }

  async function labelsOf(number: number): Promise<readonly string[]> {
    return (await ask(`GET /issues/${number}`)).labels.map(({ name }) => name).toSorted();
  }

  async function statusOf(number: number): Promise<string> {
    const comments = await scene.comments(number);
    return comments.find(({ body }) => body.startsWith("<!-- orch:status"))?.body ?? "";
  }
});
