import { request } from "node:http";

import { socketPathOf } from "@orch/api";
import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { openGitHubBench, PROJECT } from "./github-bench.ts";
import { fixtureAgent, type OrchBench } from "./orch-bench.ts";

const config = { agents: { obedient: fixtureAgent("obeys") } };

/** What doctor says of GitHub. */
async function finding(bench: OrchBench, env: Readonly<Record<string, string>> = {}): Promise<object | undefined> {
  const { checks } = await bench.result("doctor", [], { env });
  return checks.find(({ name }) => name === "github");
}

test("without a daemon doctor says whose token there is, and what it lacks", { timeout: 120_000 }, async () => {
  await using scene = await openGitHubBench({ config, options: { people: { stan: "read" } } });
  const { bench, github } = scene;
  expect(await finding(bench)).toMatchObject({
    state: "failed",
    detail: expect.stringMatching(/^there is no token for 127\.0\.0\.1/) as string,
    hint: expect.stringContaining("GH_TOKEN") as string,
  });
  expect(await finding(bench, { GH_TOKEN: "ghp_forgotten" })).toMatchObject({
    state: "failed",
    detail: expect.stringContaining("does not know the token") as string,
    hint: expect.stringContaining("gh auth login") as string,
  });
  const good = { GITHUB_TOKEN: github.token };
  expect(await finding(bench, good)).toMatchObject({
    state: "ok",
    detail: expect.stringMatching(
      /^octo \(GITHUB_TOKEN\), admin in octo\/sample\nmay: repo, read:org, workflow\n\d+ of 5000 requests left until \d\d:\d\d UTC$/,
    ) as string,
  });
  expect(await finding(bench, { ...good, GH_TOKEN: github.tokenOf("stan") })).toMatchObject({
    state: "failed",
    detail: expect.stringMatching(/^stan \(GH_TOKEN\), read in octo\/sample/) as string,
    hint: expect.stringMatching(/^stan may not write to octo\/sample\./) as string,
  });
  github.limits.leave("octo", "core", { remaining: 100, resetInSeconds: 600 });
  expect(await finding(bench, good)).toMatchObject({ state: "warning", hint: expect.any(String) as string });
  const shown = await bench.orch(["doctor"], { env: good });
  expect(shown.out).toContain("octo (GITHUB_TOKEN), admin");
  expect(shown.out + shown.err).not.toContain(github.token);
});

test("with one it is the daemon's, and what was asked of GitHub can be read", { timeout: 120_000 }, async () => {
  await using scene = await openGitHubBench({ config });
  const { bench, github } = scene;
  await scene.serve();
  await bench.result("init");
  await waitFor(
    "two looks",
    () => github.requests().filter(({ path }) => path.includes("/issues/comments")).length > 3,
  );

  // This environment has no token.
  expect(await finding(bench)).toMatchObject({ state: "ok", detail: expect.stringContaining("GH_TOKEN") as string });
  const { forges } = await bench.result("forges");
  expect(forges).toMatchObject([
    { project: PROJECT, forge: "github", account: { login: "octo", role: "admin", missing: [] }, turnedAway: 0 },
  ]);
  const metrics = await bench.result("metrics");
  expect(metrics).toMatchObject({ attempts: 0, forges: [{ repository: PROJECT, core: { limit: 5000 } }] });
  const [asked] = metrics.forges;
  expect(asked?.requests.status).toBeGreaterThan(3);
  expect(asked?.unchanged).toBeGreaterThan(0);
  expect((await bench.orch(["metrics"])).out).toMatch(/octo\/sample +\d+ +\d+ +\d+ +\d+ +0 +0 +\d+ of 5000/);
  expect((await bench.orch(["forges"])).out).toContain("octo/sample as octo (GH_TOKEN), admin");

  const text = await scrape(bench);
  const labels = `project="${PROJECT}",forge="github",repository="${PROJECT}"`;
  expect(text).toContain(
    `# TYPE orch_forge_requests_total counter\norch_forge_requests_total{${labels},lane="dispatch"}`,
  );
  expect(text).toMatch(new RegExp(`^orch_forge_limit\\{${labels}\\} 5000$`, "m"));
  expect(text).toMatch(new RegExp(`^orch_forge_paused_until_seconds\\{${labels}\\} 0$`, "m"));
});

async function scrape({ home }: OrchBench): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const call = request({ socketPath: socketPathOf(home), path: "/metrics" }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("end", () => resolve(text));
  });
  call.on("error", reject);
  call.end();
  return promise;
}
