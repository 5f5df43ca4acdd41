/** One story of GitHub for every agent: from an issue to its merge, through a failing check and a review, to a clean machine. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { programWorks, waitFor } from "@orch/testing";
import { expect } from "vitest";

import { freePort } from "./free-port.ts";
import { openGitHubBench, PROJECT, type Answer, type GitHubBench } from "./github-bench.ts";
import { noProcessOf } from "./orch-bench.ts";

const run = promisify(execFile);
const PATIENCE_MS = 180_000;
const SECRET = "a secret of this test alone";
const BRANCH = "gh-task-1-greet-the-world";
const LOG = "greeting.txt: wrold is no word\n";
const LAST_WORD = "It ends with a mark.";
/** What a person says below the issue while the first attempt is at work. */
export const ASIDE = "Keep it short.";
const COMMENTS = [
  { path: "greeting.txt", line: 1, side: "RIGHT", body: "It ends without a mark." },
  { path: "README.md", line: 3, side: "RIGHT", body: "Say whom it greets." },
] as const;
const ISSUE = { title: "Greet the world", body: "Put a greeting in greeting.txt, and a word about it in the README." };

/** How a file of the clone changes. */
export type Edit =
  | { readonly write: string; readonly content: string }
  | { readonly edit: string; readonly find: string; readonly replace: string };

/** What an agent does in one attempt, whatever its driver plays it from. */
export interface Try {
  /** A text of the prompt without which it would not know what to do. */
  readonly told: string;
  readonly edits: readonly Edit[];
  /** Its own commit of the edits; absent: it leaves them to orch. */
  readonly commit?: string;
  readonly says: string;
}

/** The three attempts of the story. The later ones edit what the earlier ones left, and nothing else would do. */
export const TRIES: readonly Try[] = [
  {
    told: ISSUE.body,
    edits: [
      { write: "greeting.txt", content: "Hello wrold\n" },
      { write: "README.md", content: "# sample\n\nIt greets.\n" },
    ],
    says: "I greet the wrold.",
  },
  {
    told: LOG.trim(),
    edits: [{ edit: "greeting.txt", find: "wrold", replace: "world" }],
    commit: "fix: spell the world",
    says: "The world is a word.",
  },
  {
    told: `rita, at ${COMMENTS[0].path}:${COMMENTS[0].line}: ${COMMENTS[0].body}`,
    edits: [
      { edit: "greeting.txt", find: "Hello world", replace: "Hello world!" },
      { edit: "README.md", find: "It greets.", replace: "It greets the world." },
    ],
    says: LAST_WORD,
  },
];

/** Who plays the story. */
export interface StoryAgent {
  /** Its name in the configuration. */
  readonly name: string;
  /** Its part of the configuration. */
  readonly settings: object;
  /** Lets the first attempt go on, which waits before its first edit; it has been told `ASIDE` by then. */
  goOn(): void;
}

interface Story extends GitHubBench {
  readonly agent: StoryAgent;
  readonly issue: number;
}

/** Plays the whole story; `webhooks` off: orch has only its own looks to learn from. */
export async function playStory({ agent, webhooks }: { agent: StoryAgent; webhooks: boolean }): Promise<void> {
  const port = await freePort();
  // Where webhooks come nothing may depend on a look in between.
  const engine = webhooks ? { sync_interval: "1h", fallback_sync_interval: "1h" } : { sync_interval: "1s" };
  const checks = [{ name: "greets", run: ["grep", "-q", "^Hello", "greeting.txt"] }];
  await using scene = await openGitHubBench({
    config: {
      agents: { [agent.name]: agent.settings },
      comments: { mirror: "all" },
      engine,
      ...(webhooks ? { webhook: { enabled: true, port, secret: SECRET } } : {}),
    },
    files: { ".orch.yml": JSON.stringify({ gh: { repo: PROJECT }, checks }) },
  });
  const daemon = await scene.serve();
  await scene.bench.result("init");
  if (webhooks) {
    const hook = { url: `http://127.0.0.1:${port}/webhook`, content_type: "json", secret: SECRET };
    await scene.ask("POST /hooks", { name: "web", active: true, events: ["*"], config: hook });
  }
  const story = { ...scene, agent, issue: await openIssue(scene) };
  const tmux = await watchWork(story);
  const first = await scene.pull();
  expect(first).toMatchObject({ title: ISSUE.title, user: { login: "octo" }, draft: false, head: { ref: BRANCH } });
  expect(first.body).toContain(`#${story.issue}`);
  const second = await failCheck(story, first);
  const third = await askForChanges(story, second);
  await approve(story, third);
  await expectSaidOnce(story);
  await expectDelivered(story, webhooks);
  await expectClean(story, tmux);
  await scene.bench.orch(["stop"]);
  await daemon.end;
  await waitFor("the last process", async () => (await scene.bench.processes()).length === 0);
}

/** An issue that is for orch once it has the label. */
async function openIssue({ ask }: GitHubBench): Promise<number> {
  const { number } = await ask("POST /issues", ISSUE);
  await ask(`POST /issues/${number}/labels`, { labels: ["orchestrate"] });
  return number;
}

/** While the first attempt waits: a session in tmux, a clone, a label, and an ear for people. Gives how tmux is asked. */
async function watchWork(story: Story): Promise<readonly string[]> {
  const { bench, agent, ask, issue } = story;
  await waitFor("the session", async () => (await bench.sessions()) === 1, PATIENCE_MS);
  const { sessions } = await bench.result("task live");
  expect(sessions).toMatchObject([{ task: `${PROJECT}#${issue}`, attempt: 1 }]);
  const { argv } = await bench.result("task attach", [String(issue), "--project", PROJECT]);
  const tmux = (argv ?? []).slice(0, 3);
  if (programWorks("tmux", ["-V"])) expect(await namesIn(tmux)).toHaveLength(1);
  expect(await entriesOf(story, "worktrees")).toHaveLength(1);
  await waitFor("the label of work", async () => (await statusOf(story)).includes("status:in_progress"));
  const { id } = await ask(`POST /issues/${issue}/comments`, { body: ASIDE }, "rita");
  const heard = async (): Promise<boolean> => {
    const { events } = await bench.client.call("task log", { task: String(issue), project: PROJECT });
    return events.some((event) => event.kind === "input" && event["messageId"] === `comment-${id}`);
  };
  await waitFor("the agent to be told", heard, PATIENCE_MS);
  agent.goOn();
  return tmux;
}

/** A job fails, once more when orch has it run again, and then its log reaches the agent. */
async function failCheck(story: Story, pull: Answer): Promise<Answer> {
  const { github, ask, comments, issue, pull: nextPull } = story;
  const { sha } = pull.head;
  const failure = { job: "test", conclusion: "failure", log: LOG } as const;
  await waitFor("the label of review", async () => (await statusOf(story)).includes("status:in_review"));
  const isTold = ({ body }: Answer): boolean => body.startsWith("<!-- orch:status") && body.includes(`#${pull.number}`);
  await waitFor("the status comment", async () => (await comments(issue)).some(isTold));
  await github.finishCi(PROJECT, sha, failure);
  const runs = async (): Promise<number | undefined> => {
    const answer = await ask<{ workflow_runs: readonly { run_attempt: number }[] }>(
      `GET /actions/runs?head_sha=${sha}`,
    );
    return answer.workflow_runs[0]?.run_attempt;
  };
  await waitFor("the failed job to run again", async () => (await runs()) === 2);
  await github.finishCi(PROJECT, sha, failure);
  const next = await nextPull(sha);
  expect(next.number).toBe(pull.number);
  return next;
}

/** The job succeeds, and a person asks for changes at two lines. */
async function askForChanges(story: Story, pull: Answer): Promise<Answer> {
  const { github, ask, pull: nextPull } = story;
  const { sha } = pull.head;
  await github.finishCi(PROJECT, sha, { job: "test", conclusion: "success" });
  expect(await branchesShown(story), "beside the issue").toEqual([BRANCH]);
  const review = { commit_id: sha, event: "REQUEST_CHANGES", body: "Nearly.", comments: COMMENTS };
  await ask(`POST /pulls/${pull.number}/reviews`, review, "rita");
  const next = await nextPull(sha);
  expect(next.number).toBe(pull.number);
  return next;
}

/** The same person agrees with the last commit, and that one is merged. */
async function approve(story: Story, pull: Answer): Promise<void> {
  const { bench, github, ask, issue } = story;
  const { sha } = pull.head;
  await github.finishCi(PROJECT, sha, { job: "test", conclusion: "success" });
  await ask(`POST /pulls/${pull.number}/reviews`, { commit_id: sha, event: "APPROVE" }, "rita");
  const closed = async (): Promise<boolean> => (await ask(`GET /issues/${issue}`)).state === "closed";
  await waitFor("the issue to be closed", closed, PATIENCE_MS);
  expect(await ask(`GET /issues/${issue}`)).toMatchObject({ state_reason: "completed" });
  expect(await ask(`GET /pulls/${pull.number}`)).toMatchObject({ merged: true, head: { sha } });
  await waitFor("the last label", async () => (await statusOf(story)).join() === "status:done");
  const { task, attempts } = await bench.result("task get", [String(issue), "--project", PROJECT]);
  expect(task).toMatchObject({ status: "done", outcome: "merged" });
  expect(attempts.map(({ verdict, receipts }) => [verdict?.kind, receipts.map(({ exitCode }) => exitCode)])).toEqual(
    TRIES.map(() => ["pass", [0]]),
  );
  const prompts = await Promise.all(TRIES.map((_, index) => promptOf(story, index + 1)));
  for (const [index, { told }] of TRIES.entries()) expect(prompts[index]).toContain(told);
  for (const text of ["Nearly.", `rita, at README.md:3: ${COMMENTS[1].body}`]) expect(prompts[2]).toContain(text);

  await bench.repository.git("fetch", "--quiet", github.cloneUrl(PROJECT, "octo"), "main");
  expect(await bench.repository.git("show", "FETCH_HEAD:greeting.txt")).toBe("Hello world!");
  expect(await bench.repository.git("show", "FETCH_HEAD:README.md")).toBe("# sample\n\nIt greets the world.");
  expect(await bench.repository.git("log", "--format=%s", "FETCH_HEAD")).toBe(
    `${ISSUE.title} (#${pull.number})\nInitial commit`,
  );
}

/** One pull request, one status, one result of each attempt, what the agent said each time once, and nothing else. */
async function expectSaidOnce({ ask, comments, issue }: Story): Promise<void> {
  const said = async (): Promise<readonly string[]> =>
    (await comments(issue)).filter(({ user }) => user.login === "octo").map(({ body }) => body);
  const mirrored = (all: readonly string[]): readonly string[] =>
    all.filter((body) => body.startsWith("<!-- orch:message:"));
  await waitFor("what the agent said", async () => mirrored(await said()).some((body) => body.includes(LAST_WORD)));
  const all = await said();
  for (const { says } of TRIES) expect(mirrored(all).filter((body) => body.includes(says))).toHaveLength(1);
  const others = all.filter((body) => !mirrored(all).includes(body));
  expect(others.map((body) => /^<!-- orch:([\w-]+):/.exec(body)?.[1] ?? body).toSorted()).toEqual([
    ...TRIES.map(() => "agent-response"),
    "status",
  ]);
  const pulls = await ask<readonly Answer[]>("GET /pulls?state=all");
  expect(pulls).toHaveLength(1);
  expect(await comments(pulls[0]?.number ?? 0)).toEqual([]);
}

/** What GitHub sent was all taken, and none of it failed; without a hook it sent nothing. */
async function expectDelivered({ bench, github }: Story, webhooks: boolean): Promise<void> {
  await github.webhooks.settled();
  const sent = new Set(github.webhooks.deliveries().map(({ guid }) => guid));
  expect(sent.size > 0).toBe(webhooks);
  const { mode, day } = await waitFor("every delivery to be acted on", async () => {
    const status = await bench.client.call("webhook status", {});
    return status.day.byState.received === 0 && status;
  });
  expect(mode).toBe(webhooks ? "webhooks" : "polling");
  const { processed, ignored } = day.byState;
  expect({ taken: processed + ignored, retried: day.retried }).toEqual({ taken: sent.size, retried: 0 });
}

/** Neither a clone nor a branch nor a session is left, here or there; the person's own folder is as it was. */
async function expectClean(story: Story, tmux: readonly string[]): Promise<void> {
  const { bench, github } = story;
  await waitFor("the clone to go", async () => (await entriesOf(story, "worktrees")).length === 0);
  for (const folder of ["checkouts", "trash"]) expect(await entriesOf(story, folder)).toEqual([]);
  await waitFor("the branch to go", async () => {
    const there = await bench.repository.git("ls-remote", "--heads", github.cloneUrl(PROJECT, "octo"));
    return (
      there
        .split("\n")
        .map((line) => line.split("\t")[1])
        .join() === "refs/heads/main"
    );
  });
  expect(await bench.repository.git("for-each-ref", "--format=%(refname)", "refs/heads")).toBe("refs/heads/main");
  expect(await bench.repository.git("status", "--porcelain")).toBe("");
  expect(await bench.sessions()).toBe(0);
  expect(await namesIn(tmux)).toEqual([]);
  await noProcessOf(bench, String(story.issue), PROJECT);
}

/** The labels that say how far the issue is: one, but for the moment in which they change. */
async function statusOf({ ask, issue }: Story): Promise<readonly string[]> {
  const { labels } = await ask(`GET /issues/${issue}`);
  return labels.map(({ name }) => name).filter((name) => name.startsWith("status:"));
}

/** What the issue shows under "Development". */
async function branchesShown({ github, issue }: Story): Promise<readonly string[]> {
  const query = `{ repository(owner: "octo", name: "sample") { issue(number: ${issue}) {
    linkedBranches(first: 9) { nodes { ref { name } } } } } }`;
  const headers = { authorization: `Bearer ${github.token}`, "content-type": "application/json" };
  const answer = await fetch(`${github.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  const { data } = (await answer.json()) as { readonly data: LinkedBranches };
  return data.repository.issue.linkedBranches.nodes.map(({ ref }) => ref.name);
}

interface LinkedBranches {
  readonly repository: {
    readonly issue: {
      readonly linkedBranches: { readonly nodes: readonly { readonly ref: { readonly name: string } }[] };
    };
  };
}

async function promptOf({ bench, issue }: Story, attempt: number): Promise<string> {
  const folder = join(bench.home, "state", PROJECT, "tasks", String(issue), "attempts", String(attempt));
  return readFile(join(folder, "prompt-msg.md"), "utf8");
}

/** What orch has of this project in a folder of its home. */
async function entriesOf({ bench }: Story, folder: string): Promise<readonly string[]> {
  return readdir(join(bench.home, folder, PROJECT)).catch(() => []);
}

async function namesIn([program = "", ...socket]: readonly string[]): Promise<readonly string[]> {
  const listed = run(program, [...socket, "list-sessions", "-F", "#{session_name}"]);
  const { stdout } = await listed.catch(() => ({ stdout: "" }));
  return stdout.split("\n").filter(Boolean);
}
