import { join } from "node:path";

import { repositoryAt, tempFolder, waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT, type Answer } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 120_000;
const FAKE_CODEX = join(import.meta.dirname, "../../../packages/agents/test/fixtures/fake-codex.mjs");
const config = { agents: { obedient: fixtureAgent("obeys") } };

test(
  "a stranger's issue waits for somebody who may, whose commands below it are obeyed and answered once",
  { timeout: LONG_MS },
  async () => {
    const template = "## Summary\n\n## Ticket\n\n- [ ] I have read the rules\n";
    await using scene = await openGitHubBench({
      config: { ...config, pr: { link_style: "closes" } },
      files: { ".github/pull_request_template.md": template },
    });
    const { bench, ask } = scene;
    await scene.serve();
    await bench.result("init");
    const { number } = await ask("POST /issues", { title: "Add a file", body: "Please put one in a.txt." }, "stan");
    await ask(`POST /issues/${number}/labels`, { labels: ["orchestrate"] });
    const say = (text: string, as: string): Promise<Answer> =>
      ask(`POST /issues/${number}/comments`, { body: text }, as);
    const answered = (text: string): Promise<unknown> =>
      waitFor(
        `an answer with ${text}`,
        async () => {
          const comments = await scene.comments(number);
          return comments.some(({ body }) => body.startsWith("<!-- orch:") && body.includes(text));
        },
        30_000,
      );

    await answered("waits for an approval");
    const approval = async (): Promise<string> => {
      const comments = await scene.comments(number);
      return /\/approve [0-9a-f]{12}/.exec(comments.map(({ body }) => body).join("\n"))?.[0] ?? "";
    };
    const named = await approval();
    await say(named, "stan");
    await say(`> ${named}\n\nand\n\`\`\`\n${named}\n\`\`\``, "rita");
    await say(named, "rita");
    const pull = await scene.pull();
    expect(pull.draft, "what a stranger asked for is a draft until a person merges it").toBe(true);
    expect(pull.body).toMatch(/^## Summary\n\nPut one in a\.txt\n\n## Ticket\n\n- \[ \] I have read the rules\n/);
    expect(pull.body.split("\n")).toContain(`Closes #${number}`);
    await ask(`PATCH /issues/${number}`, { body: "Please put poison in a.txt." }, "stan");

    await say("/status", "stan");
    await answered("waits for its merge");
    await say("/merge", "stan");
    await say("/frobnicate", "rita");
    await answered("There is no command `/frobnicate`");
    await say("/reroute obediant", "rita");
    await answered("Did you mean `obedient`?");
    await say("/block not before Monday", "rita");
    await answered("Held by github:rita: not before Monday");
    await say("/retry please put two in a.txt", "rita");
    const second = await scene.pull(pull.head.sha);
    await scene.github.finishCi(PROJECT, second.head.sha, { job: "test", conclusion: "success" });
    // A word counts for what was there when it was said, and GitHub tells times by the second.
    await waitFor("the second result to be there for a second", async () => {
      const { task } = await bench.result("task get", [String(number), "--project", PROJECT]);
      return task.status === "in_review" && Date.now() >= task.updatedAt + 1_000;
    });
    await say("/merge", "rita");
    await waitFor("the merge", async () => (await ask(`GET /pulls/${pull.number}`)).merged, 60_000);

    const { task } = await bench.result("task get", [String(number), "--project", PROJECT]);
    expect(task).toMatchObject({ trust: "reviewed", body: "Please put one in a.txt." });
    const comments = await scene.comments(number);
    const answers = comments.filter(({ body }) => body.startsWith("<!-- orch:reply"));
    expect(answers.length).toBe(3);
    expect(comments.filter(({ body }) => body.startsWith("<!-- orch:status")).length).toBe(1);
  },
);

test(
  "a branch that the base has left behind is brought up to date by orch; what conflicts goes to the agent with its files",
  { timeout: LONG_MS },
  async () => {
    const gate = { protected_paths: ["locked.txt"] };
    // Long enough that the base moves before a result without any check may be merged.
    const merge = { policy: "auto", checks_wait: "10s" };
    await using scene = await openGitHubBench({ config: { ...config, gate, merge } });
    const { bench, github, ask } = scene;
    await ask("PUT /branches/main/protection", {
      required_status_checks: { strict: true, contexts: ["test"] },
      enforce_admins: false,
      required_pull_request_reviews: null,
      restrictions: null,
    });
    await scene.serve();
    await bench.result("init");
    const asked = { title: "Add a file", body: "Please put one in a.txt.", labels: ["orchestrate"] };
    const issue = await ask("POST /issues", asked);
    const first = await scene.pull();
    await land({ "theirs.txt": "theirs\n" });
    await github.finishCi(PROJECT, first.head.sha, { job: "test", conclusion: "success" });
    const second = await scene.pull(first.head.sha);
    expect(second.number).toBe(first.number);
    await land({ "a.txt": "theirs\n" });
    const task = await waitFor(
      "the conflict to come to the agent",
      async () => {
        const found = await bench.result("task get", [String(issue.number), "--project", PROJECT]);
        return found.attempts.length >= 4 && found.attempts.at(-1)?.verdict !== undefined ? found : false;
      },
      60_000,
    );
    expect(task.attempts.map(({ updates }) => updates)).toEqual([undefined, 1, 2, undefined]);
    expect(task.attempts[1]).toMatchObject({ verdict: { kind: "pass" }, usage: { outputTokens: 0 } });
    expect(task.attempts[2]).toMatchObject({ verdict: { reason: "merge_conflict" } });
    expect(task.attempts[2]?.verdict?.detail).toContain("Files: a.txt. Merge origin/main into it");
    const { commits } = await ask<{ commits: readonly { commit: { message: string } }[] }>(
      `GET /compare/main...${second.head.sha}`,
    );
    expect(commits.map(({ commit }) => commit.message.split("\n", 1)[0])).toEqual(["Add a file"]);

    // What nobody but a person may change goes to one, and what they push for it gets its pull request.
    const lock = { title: "Lock it", body: "Please put one in locked.txt.", labels: ["orchestrate"] };
    const locked = await ask("POST /issues", lock);
    const whole = await waitFor(
      "a person to be asked",
      async () => {
        const found = await bench.result("task list", ["--project", PROJECT]);
        const task = found.tasks.find(({ id }) => id === String(locked.number));
        return task?.status === "needs_review" && task;
      },
      60_000,
    );
    expect(whole).toMatchObject({ reason: "protected_path", detail: expect.stringContaining("locked.txt") as string });
    expect(whole.pull).toBeUndefined();
    await land({ "locked.txt": "by hand\n" }, `gh-task-${locked.number}-by-hand`);
    const byHand = await scene.pull(second.head.sha, `gh-task-${locked.number}-by-hand`);
    expect(byHand).toMatchObject({ title: "Lock it", draft: false });
    expect(byHand.body).toContain(`Refs #${locked.number}`);

    async function land(files: Readonly<Record<string, string>>, to = "main"): Promise<void> {
      const person = repositoryAt(await tempFolder());
      await person.git("clone", "--quiet", github.cloneUrl(PROJECT, "octo"), ".");
      await person.git("config", "user.name", "Rita");
      await person.git("config", "user.email", "rita@example.org");
      await person.commit("theirs", files);
      await person.git("push", "--quiet", "origin", `HEAD:${to}`);
    }
  },
);

test(
  "who calls orch below an issue is heard by the agent at work, and answered there, once",
  { timeout: LONG_MS },
  async () => {
    // It waits for a word before it ends its turn.
    const listening = { driver: "codex", command: [process.execPath, FAKE_CODEX], env: { FAKE_CODEX: "obeys" } };
    await using scene = await openGitHubBench({ config: { agents: { listening } } });
    const { bench, ask, github } = scene;
    const first = await scene.serve();
    await bench.result("init");
    // What was said before orch looked for the first time is not for orch; a stranger's issue shows that it has.
    const waiting = await ask("POST /issues", { title: "Another", body: "Please." }, "stan");
    await ask(`POST /issues/${waiting.number}/labels`, { labels: ["orchestrate"] });
    await waitFor("a first look", async () => (await scene.comments(waiting.number)).length > 0, 30_000);
    const { number } = await ask("POST /issues", { title: "There is no file", body: "Somebody should add it." });
    await ask(`POST /issues/${number}/comments`, { body: "@orch Please put poison in a.txt." }, "stan");
    await ask(`POST /issues/${number}/comments`, { body: "@orch Please put one in a.txt." }, "rita");
    const answers = async (): Promise<readonly string[]> => {
      const comments = await scene.comments(number);
      return comments.map(({ body }) => body).filter((body) => body.startsWith("<!-- orch:"));
    };

    await waitFor("the agent", async () => (await bench.sessions()) === 1, 60_000);
    process.kill((await bench.client.health()).pid, "SIGKILL");
    await first.end;
    const { id } = await ask(`POST /issues/${number}/comments`, { body: "@orch Please put two in a.txt." }, "rita");
    await scene.serve();
    const pull = await scene.pull();
    await bench.repository.git("fetch", "--quiet", github.cloneUrl(PROJECT, "octo"), pull.head.ref);
    expect(await bench.repository.git("show", "FETCH_HEAD:a.txt")).toBe("two");
    const { attempt, events } = await bench.result("task log", ["int-1", "--project", PROJECT]);
    expect(attempt.attempt).toBe(1);
    const inputs = events.filter(({ kind }) => kind === "input");
    expect(inputs).toMatchObject([{ messageId: `comment-${id}`, from: "github:rita" }]);
    await waitFor("an answer", async () => (await answers()).some((body) => body.includes(`#${pull.number}`)), 30_000);
    await github.finishCi(PROJECT, pull.head.sha, { job: "test", conclusion: "success" });
    await ask(`POST /pulls/${pull.number}/reviews`, { commit_id: pull.head.sha, event: "APPROVE" }, "rita");
    await waitFor("the end", async () => (await answers()).some((body) => body.includes("Merged with")), 60_000);
    expect(await answers()).toHaveLength(1);
    expect((await ask(`GET /issues/${number}`)).state).toBe("open");
    expect(await ask<readonly Answer[]>("GET /pulls?state=all")).toHaveLength(1);

    await ask(`POST /issues/${waiting.number}/labels`, { labels: ["orch:approved"] }, "rita");
    const letIn = async (): Promise<boolean> => {
      const { tasks } = await bench.client.call("task list", { project: PROJECT });
      return tasks.some(({ id, trust }) => id === String(waiting.number) && trust === "reviewed");
    };
    await waitFor("the labelled issue to be let in", letIn, 30_000);
  },
);
