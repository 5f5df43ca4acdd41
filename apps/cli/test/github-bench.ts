import { repositoryAt, waitFor } from "@orch/testing";
import { startGitHub, type GitHubOptions, type GitHubStandIn } from "@orch/testing/github";

import { openOrchBench, type OrchBench } from "./orch-bench.ts";

/** An issue, a comment or a pull request as GitHub answers it; only what the tests read. */
export interface Answer {
  readonly number: number;
  readonly id: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly state_reason: string | null;
  readonly merged: boolean;
  readonly draft: boolean;
  readonly html_url: string;
  readonly head: { readonly sha: string; readonly ref: string };
  readonly user: { readonly login: string };
  readonly labels: readonly { readonly name: string }[];
}

/** An orch whose project is a repository on a stand-in of GitHub. */
export interface GitHubBench extends AsyncDisposable {
  readonly bench: OrchBench;
  readonly github: GitHubStandIn;
  /** What somebody asks of the API, such as `GET /pulls/1`; the owner unless told otherwise. */
  ask<Result = Answer>(call: string, body?: object, as?: string): Promise<Result>;
  /** Waits until the repository has an open pull request whose head is not `before`, of this branch where one is named. */
  pull(before?: string, branch?: string): Promise<Answer>;
  /** Starts the daemon, with the token of `octo`. */
  serve(): ReturnType<OrchBench["serve"]>;
  comments(number: number): Promise<readonly Answer[]>;
}

/** The project of every bench here. */
export const PROJECT = "octo/sample";

/** Opens a bench with a clone of `octo/sample` as its project. */
export async function openGitHubBench(input: {
  readonly config: { readonly [section: string]: object };
  readonly gh?: object;
  readonly options?: GitHubOptions;
  /** Of the repository's first commit, besides the bench's own. */
  readonly files?: Readonly<Record<string, string>>;
}): Promise<GitHubBench> {
  const checks = [{ name: "there", run: ["test", "-s", "a.txt"] }];
  const own = { "README.md": "# sample\n", ".orch.yml": JSON.stringify({ gh: { repo: PROJECT }, checks }) };
  const files = { ...own, ...input.files };
  const github = await startGitHub({
    user: "octo",
    people: { rita: "write", stan: "read" },
    repositories: [{ name: PROJECT, files }],
    ...input.options,
  });
  const gh = { enabled: true, api_url: github.url, ...input.gh };
  const engine = { sync_interval: "1s" };
  const { merge, ...others } = input.config;
  const config = { engine, gh, ...others, merge: { checks_wait: "1s", ...merge } };
  const bench = await openOrchBench({ config, files: null });
  const site = repositoryAt(bench.repository.path);
  await site.git("remote", "add", "origin", github.cloneUrl(PROJECT, "octo"));
  await site.git("pull", "--quiet", "origin", "main");
  await site.git("remote", "set-url", "origin", `https://github.com/${PROJECT}.git`);

  async function ask<Result = Answer>(call: string, body?: object, as = "octo"): Promise<Result> {
    const [method = "", path = ""] = call.split(" ");
    const response = await fetch(`${github.url}/repos/${PROJECT}${path}`, {
      method,
      headers: { authorization: `token ${github.tokenOf(as)}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${call} answers ${response.status}: ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as Result;
  }

  return {
    bench,
    github,
    ask,
    pull: (before, branch) =>
      waitFor(
        "an open pull request",
        async () => {
          const pulls = await ask<readonly Answer[]>("GET /pulls?state=open");
          const found = pulls.find(({ head }) => head.sha !== before && (branch ?? head.ref) === head.ref);
          return found === undefined ? false : found;
        },
        60_000,
      ),
    serve: () => bench.serve({ env: { GH_TOKEN: github.token } }),
    comments: (number) => ask<readonly Answer[]>(`GET /issues/${number}/comments`),
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}
