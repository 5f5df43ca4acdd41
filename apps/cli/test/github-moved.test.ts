import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type GitHubBench } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 180_000;
const config = { agents: { obedient: fixtureAgent("obeys") } };

test(
  "a renamed repository is worked on under its new name, and another that takes the old one never is",
  { timeout: LONG_MS },
  async () => {
    await using scene = await openGitHubBench({ config });
    const { bench, github, ask } = scene;
    const serving = await scene.serve();
    await bench.result("init");
    const first = await askFor(scene, "one");
    await ask("PATCH", { name: "example" });

    // The stand-in follows the old name, as GitHub does.
    const second = await askFor(scene, "two", first.sha);
    expect(second.url).toContain("/octo/example/");
    const pushes = (name: string): number =>
      github.requests().filter(({ path }) => path === `/octo/${name}.git/git-receive-pack`).length;
    expect([pushes("sample"), pushes("example")]).toEqual([1, 1]);
    await github.finishCi("octo/example", first.sha, { job: "test", conclusion: "success" });
    await bench.result("task merge", [`${PROJECT}#${first.issue}`]);
    await waitFor("the merge", async () => (await ask(`GET /pulls/${first.pull}`)).merged, 60_000);
    await waitFor("the end", async () => (await ask(`GET /issues/${first.issue}`)).state === "closed", 30_000);
    const comments = (await scene.comments(first.issue)).map(({ body }) => body);
    expect(
      comments.filter((body) => body.startsWith("<!-- orch:status")),
      "its own comments are found",
    ).toHaveLength(1);

    const [forge] = (await bench.result("forges")).forges;
    expect(forge).toMatchObject({ configured: PROJECT, repository: "octo/example" });
    const findings = (await bench.result("doctor")).checks;
    expect(findings.find(({ name }) => name === "github")).toMatchObject({
      state: "warning",
      hint: expect.stringContaining("octo/sample is called octo/example now: change the remote's address") as string,
    });
    expect((await bench.orch(["log", "2000"])).out).toContain("orch goes on there");

    // Another one has the old name; orch remembers which is its own.
    await github.addRepository({ name: PROJECT });
    await issueAt(scene, PROJECT, "poison");
    serving.send("SIGTERM");
    await serving.end;
    const again = await scene.serve();
    const third = await issueAt(scene, "octo/example", "three");
    await reaches(scene, third, "in_review");
    again.send("SIGTERM");
    await again.end;

    // It is renamed while nobody looks, and its name is taken at once.
    await at(scene, "PATCH octo/example", { name: "other" });
    await github.addRepository({ name: "octo/example" });
    for (let count = 0; count < 9; count += 1) await issueAt(scene, "octo/example", "poison");
    const before = github.requests().length;
    await scene.serve();
    const told = await waitFor("orch to say so", async () => {
      const [found] = (await bench.result("forges")).forges;
      return found?.error?.code === "forge_replaced" && found;
    });
    expect(told.error?.hint).toContain("gh.repo");
    const tasks = async (): Promise<readonly string[]> =>
      (await bench.result("task list", ["--project", PROJECT, "--all"])).tasks.map(({ id }) => id);
    expect(await tasks()).toEqual([first.issue, second.issue, third].map(String).toReversed());
    const written = github
      .requests()
      .slice(before)
      .filter(({ method }) => method !== "GET");
    expect(written.map(({ path }) => path).filter((path) => !path.endsWith("/graphql"))).toEqual([]);

    // A person says where it is.
    await bench.repository.git("remote", "set-url", "origin", "https://github.com/octo/other.git");
    const file = join(bench.repository.path, ".orch.yml");
    await writeFile(file, (await readFile(file, "utf8")).replace(PROJECT, "octo/other"));
    const fourth = await issueAt(scene, "octo/other", "four");
    await reaches(scene, fourth, "in_review");
    expect((await bench.result("forges")).forges[0]).not.toHaveProperty("configured");
  },
);

interface Asked {
  readonly issue: number;
  readonly pull: number;
  readonly sha: string;
  readonly url: string;
}

/** Asks for a file with this text, and waits for its pull request. */
async function askFor({ ask, pull }: GitHubBench, text: string, before?: string): Promise<Asked> {
  const body = `Please put ${text} in a.txt.`;
  const { number: issue } = await ask("POST /issues", { title: "Add a file", body, labels: ["orchestrate"] });
  const { number, head, html_url: url } = await pull(before);
  return { issue, pull: number, sha: head.sha, url };
}

async function issueAt(scene: GitHubBench, repository: string, text: string): Promise<number> {
  const issue = { title: text, body: `Please put ${text} in a.txt.`, labels: ["orchestrate"] };
  return (await at(scene, `POST ${repository}/issues`, issue)).number;
}

async function at({ github }: GitHubBench, call: string, body: object): Promise<{ number: number }> {
  const [method = "", path = ""] = call.split(" ");
  const headers = { authorization: `token ${github.token}`, "content-type": "application/json" };
  const answer = await fetch(`${github.url}/repos/${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${call} answers ${answer.status}`);
  return (await answer.json()) as { number: number };
}

function reaches({ bench }: GitHubBench, issue: number, status: "in_review"): Promise<unknown> {
  return waitFor(
    `#${issue} to be ${status}`,
    async () => {
      const { tasks } = await bench.result("task list", ["--project", PROJECT]);
      return tasks.some(({ id, status: now }) => id === String(issue) && now === status);
    },
    60_000,
  );
}
