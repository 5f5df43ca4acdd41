import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { freePort } from "./free-port.ts";
import { openGitHubBench, PROJECT, type Answer, type GitHubBench } from "./github-bench.ts";
import { fixtureAgent, type OrchProcess } from "./orch-bench.ts";

/** The small form of `npm test`; `ORCH_KILLS=30` takes the whole figure. */
const KILLS = Number(process.env["ORCH_KILLS"] ?? 2);
const ISSUES = KILLS < 10 ? 2 : 8;
const TIMEOUT_MS = 120_000 + KILLS * 20_000;
const SECRET = "a secret of this test alone";

test(
  "a daemon that is killed again and again takes every issue to one merged pull request, and says everything once",
  { timeout: TIMEOUT_MS },
  async () => {
    const port = await freePort();
    const webhook = { enabled: true, port, secret: SECRET };
    const engine = { sync_interval: "2s", fallback_sync_interval: "2s", webhook_health_check_interval: "5s" };
    const agents = { obedient: fixtureAgent("obeys") };
    await using scene = await openGitHubBench({ config: { agents, engine, webhook } });
    const { bench, ask } = scene;
    await bench.result("init");
    const hook = { url: `http://127.0.0.1:${port}/webhook`, content_type: "json", secret: SECRET };
    await ask("POST /hooks", { name: "web", active: true, events: ["*"], config: hook });

    let daemon = await scene.serve();
    await using people = startPeople(scene);
    const opened: number[] = [];
    for (let kills = 0; kills < KILLS; kills += 1) {
      // Each kill is to meet work.
      if (kills % Math.ceil(KILLS / ISSUES) === 0) opened.push(await wish(scene, opened.length));
      daemon = await killed(scene, { daemon, afterMs: Math.random() * 4_000, starting: kills % 5 === 4 });
    }
    while (opened.length < ISSUES) opened.push(await wish(scene, opened.length));
    for (const number of opened) {
      const closed = async (): Promise<boolean> => (await ask(`GET /issues/${number}`)).state === "closed";
      await waitFor(`issue ${number} to be closed`, closed, TIMEOUT_MS);
      await waitFor(
        `the label of ${number}`,
        async () => (await labelsOf(scene, number)).includes("status:done"),
        30_000,
      );
    }
    // What is shown last of a merged task.
    await waitFor("the branches to be gone", async () => (await headsOf(scene)).length === 1, 30_000);
    await people.stop();
    await expectOnce(scene, opened);
    await waitFor("an empty machine", async () => (await filesOf(join(bench.home, "worktrees"))).length === 0, 30_000);
    expect(await bench.sessions()).toBe(0);
    process.stdout.write(
      `kills of a daemon on GitHub: ${JSON.stringify({ kills: KILLS, issues: ISSUES, built: people.built() })}\n`,
    );
    await bench.orch(["stop"]);
    await daemon.end;
  },
);

/** Opens an issue whose work stands in nobody's way. */
async function wish({ ask }: GitHubBench, index: number): Promise<number> {
  const body = `Please put one in a.txt. Please put some in file${index}.txt.`;
  return (await ask("POST /issues", { title: `Add file ${index}`, body, labels: ["orchestrate"] })).number;
}

/** Kills the daemon after some time, now and then the next one while it still starts, and starts another. */
async function killed(
  scene: GitHubBench,
  { daemon, afterMs, starting }: { readonly daemon: OrchProcess; readonly afterMs: number; readonly starting: boolean },
): Promise<OrchProcess> {
  await pause(afterMs);
  await kill(scene, daemon);
  if (starting) {
    const early = scene.bench.start(["serve"], { env: { GH_TOKEN: scene.github.token } });
    await pause(afterMs / 4);
    await kill(scene, early);
  }
  return scene.serve();
}

/** The command line has the daemon as its child, and ends with it. */
async function kill({ bench }: GitHubBench, daemon: OrchProcess): Promise<void> {
  const lines = await waitFor("the daemon's process", async () => {
    const all = await bench.processes(bench.home);
    const found = all.filter((line) => /daemon\S*main\.mjs serve/.test(line));
    return found.length > 0 && found;
  });
  for (const line of lines) process.kill(Number(line.split(" ", 1)[0]), "SIGKILL");
  await daemon.end;
}

/** Builds each new head green, and reviews it: what machines and people do meanwhile. */
function startPeople(scene: GitHubBench): AsyncDisposable & { stop(): Promise<void>; built(): number } {
  const built = new Set<string>();
  const end = new AbortController();
  async function look(): Promise<void> {
    for (const { number, head } of await scene.ask<readonly Answer[]>("GET /pulls?state=open")) {
      if (built.has(head.sha)) continue;
      built.add(head.sha);
      await scene.github.finishCi(PROJECT, head.sha, { job: "test", conclusion: "success" });
      await scene.ask(`POST /pulls/${number}/reviews`, { commit_id: head.sha, event: "APPROVE" }, "rita");
    }
  }
  async function live(): Promise<void> {
    while (!end.signal.aborted) {
      await look();
      await pause(300);
    }
  }
  const living = live();
  const stop = async (): Promise<void> => {
    end.abort();
    await living;
  };
  return { stop, built: () => built.size, [Symbol.asyncDispose]: stop };
}

/** One pull request, one merge, one comment of each kind, and the right labels of each issue. */
async function expectOnce(scene: GitHubBench, issues: readonly number[]): Promise<void> {
  const { ask, bench } = scene;
  const pulls = await ask<readonly Answer[]>("GET /pulls?state=all&per_page=100");
  const branches = pulls.map(({ head }) => head.ref);
  expect(new Set(branches).size).toBe(branches.length);
  expect(pulls).toHaveLength(issues.length);
  const commits = await ask<readonly { readonly commit: { readonly message: string } }[]>("GET /commits?per_page=100");
  for (const number of issues) {
    const own = pulls.filter(({ head }) => head.ref.startsWith(`gh-task-${number}-`));
    expect(own).toHaveLength(1);
    const pull = await ask(`GET /pulls/${own[0]?.number ?? 0}`);
    expect(pull.merged).toBe(true);
    expect(commits.filter(({ commit }) => commit.message.includes(`(#${pull.number})`))).toHaveLength(1);
    const said = [...(await scene.comments(number)), ...(await scene.comments(pull.number))];
    const marks = said.map(({ body }) => /^<!-- (orch:\S+ \S+)/.exec(body)?.[1] ?? body);
    expect(marks.toSorted()).toEqual([...new Set(marks)].toSorted());
    expect(marks.filter((mark) => mark.startsWith("orch:status"))).toHaveLength(1);
    expect((await labelsOf(scene, number)).filter((name) => name.startsWith("status:"))).toEqual(["status:done"]);
    const { task } = await bench.client.call("task get", { task: String(number), project: PROJECT });
    expect(task).toMatchObject({ status: "done", outcome: "merged" });
  }
}

async function headsOf({ bench, github }: GitHubBench): Promise<readonly string[]> {
  const log = await bench.repository.git("ls-remote", github.cloneUrl(PROJECT, "octo"));
  return log.split("\n").filter((line) => line.includes("refs/heads/"));
}

async function labelsOf({ ask }: GitHubBench, number: number): Promise<readonly string[]> {
  return (await ask(`GET /issues/${number}`)).labels.map(({ name }) => name);
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function pause(ms: number): Promise<void> {
  const end = performance.now() + ms;
  await waitFor("the moment", () => performance.now() >= end, ms + 60_000);
}
