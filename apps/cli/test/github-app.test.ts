import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@orch/core";
import { tempFolder, waitFor } from "@orch/testing";
import { appRights, type GitHubRequest } from "@orch/testing/github";
import { expect, test } from "vitest";

import { filesWith } from "./files-with.ts";
import { openGitHubBench, PROJECT } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

test("as an App, from an issue to its merge, with tokens for that one repository", { timeout: 120_000 }, async () => {
  const keyFile = join(await tempFolder("orch-app"), "app.pem");
  const app = { id: 77, private_key_file: keyFile };
  await using scene = await openGitHubBench({
    config: { agents: { obedient: fixtureAgent("obeys") } },
    gh: { app },
    options: {
      app: { id: 77, slug: "orch-app", permissions: { ...appRights, administration: "write", workflows: "write" } },
    },
  });
  const { bench, github, ask } = scene;
  await writeFile(keyFile, github.app?.privateKey ?? "");
  await chmod(keyFile, 0o600);
  await bench.serve();
  await bench.result("init");
  const argv = watchArguments();
  const { number } = await ask("POST /issues", {
    title: "Add a file",
    body: "Please put one in a.txt.",
    labels: ["orchestrate"],
  });

  const pull = await scene.pull();
  expect(pull).toMatchObject({ title: "Add a file", user: { login: "orch-app[bot]", type: "Bot" } });
  await ask(`POST /issues/${number}/comments`, { body: "/status" }, "rita");
  await waitFor("the answer", async () => (await replies()).length === 1);
  await github.finishCi(PROJECT, pull.head.sha, { job: "test", conclusion: "success" });
  await ask(`POST /pulls/${pull.number}/reviews`, { commit_id: pull.head.sha, event: "APPROVE" }, "rita");
  await waitFor("the issue to be closed", async () => (await ask(`GET /issues/${number}`)).state === "closed", 60_000);
  expect(await ask(`GET /pulls/${pull.number}`)).toMatchObject({ merged: true, merged_by: { login: "orch-app[bot]" } });

  const comments = await scene.comments(number);
  const own = comments.filter(({ user }) => user.login === "orch-app[bot]");
  expect(own.filter(({ body }) => body.startsWith("<!-- orch:status"))).toHaveLength(1);
  expect(await replies()).toHaveLength(1);
  const asked = github.requests().filter(({ path }) => path.endsWith("/access_tokens"));
  expect(asked.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { repositories: ["sample"], permissions: appRights },
  ]);
  const all = github.requests().map(({ who }) => who);
  expect(new Set(all.filter((who) => who.startsWith("installation")))).toEqual(new Set(["installation:4242"]));

  const secrets = [...tokensIn(github.requests()), "PRIVATE KEY-----"];
  expect(secrets.length).toBeGreaterThan(2);
  for (const secret of secrets) expect(await filesWith(bench.root, secret)).toEqual([]);
  const words = await argv.end();
  for (const secret of secrets) expect(words).not.toContain(secret);
  expect(words).toContain("git");

  async function replies(): Promise<readonly unknown[]> {
    return (await scene.comments(number)).filter(({ body }) => body.startsWith("<!-- orch:reply"));
  }
});

/** Every token that was used, plain and as git sends it. */
function tokensIn(requests: readonly GitHubRequest[]): readonly string[] {
  const own = requests.filter(({ who }) => who.startsWith("installation"));
  const sent = own.flatMap(({ headers }) => headers["authorization"]?.split(" ")[1] ?? []);
  const plain = sent.map((word) => Buffer.from(word, "base64").toString("utf8").split("x-access-token:")[1] ?? word);
  return [...new Set([...sent, ...plain])];
}

/** Reads the arguments of all processes again and again. */
function watchArguments(): { end(): Promise<string> } {
  const seen = new Set<string>();
  const ending = new AbortController();
  const watching = (async () => {
    while (!ending.signal.aborted) {
      const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
      for (const line of lines) seen.add(line.replaceAll("\0", " "));
      await systemClock.sleep(40, ending.signal);
    }
  })();
  return {
    async end() {
      ending.abort();
      await watching;
      return [...seen].join("\n");
    },
  };
}
