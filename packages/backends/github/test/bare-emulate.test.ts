import { Octokit } from "@octokit/rest";
import { parseCommitSha, systemClock, unwrap, type CommitSha } from "@orch/core";
import { describeForge, PEOPLE, type ForgeBench } from "@orch/testing";
import { startBareEmulate, type BareEmulate } from "@orch/testing/github";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";

import { createGitHubForge, givenToken } from "../src/index.ts";
import { ORCH, peopleOf } from "./bench.ts";

/** What `emulate` 0.12.2 has not, or has otherwise than GitHub, by the case that needs it. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  "it lists no comments of a repository": [
    "first all open issues over all pages, then only what changed, each once",
    "a cursor that was written down, or is older, is as good",
    "comments that are new or edited are told, those of pull requests too, each once",
    "a pull request is never an issue, but its changes are told",
    "closes an issue as done or as not planned",
    "opens an issue again",
  ],
  "it tells no role of a collaborator": ["knows who it is, and what others may at this moment"],
  "it has no sub-issues and no dependencies": [
    "children and blockers are those that the forge knows",
    "opens an issue once, with labels and a parent",
  ],
  "it has no reactions": ["a reaction is there once, however often it is asked for"],
  "the head of a pull request stays where it was": [
    "a branch gets one pull request, however often it is asked for",
    "another head than the expected one is refused",
  ],
  "it has no GraphQL": [
    "a branch is made as that of its issue, once, and what is there already is left as it is",
    "tells who labelled an issue, and who edited its words or its comments",
    "tells who closed an issue and who opened it again",
    "a mark is another one when something changed that a look would show, and the same when nothing did",
    "one that was closed is not opened again at the same commit, and is at another",
  ],
  "it opens pull requests of nothing": ["a branch that is not there, or has nothing new, is refused"],
  "it has no statuses of commits": [
    "no check is not green; a failing one outweighs a pending one, whatever its kind",
    "a conflict, a closed one and one that the rules block are told apart",
  ],
  "it has no workflows": [
    "a failed job has a log, of which the end is given, and runs again",
    "a job that failed runs again when the other jobs of its run have ended, and not before",
  ],
  "it takes no comments at lines": [
    "reviews come with the comments that belong to them",
    "a review is submitted once; what lies outside the change goes into its text",
  ],
  "it works out no mergeability": [
    "what a branch asks for is told, and stands in the way of a merge until it is there",
    "one that its base has left behind is refused where the rules want it on top, until it is",
  ],
};

const names = Array.from({ length: 40 }, (_, index) => `${PEOPLE.owner}/bare-${index}`);
let emulate: BareEmulate;
let used = 0;
beforeAll(async () => {
  emulate = await startBareEmulate({ people: [ORCH, ...Object.values(PEOPLE)], repositories: names });
});
afterAll(() => emulate[Symbol.asyncDispose]());
const skipped = new Set<string>();
beforeEach(({ task, skip }) => {
  const why = Object.entries(MISSING).find(([, cases]) => cases.includes(task.name))?.[0];
  if (why === undefined) return;
  skipped.add(task.name);
  skip(why);
});
afterAll(() =>
  expect(
    Object.values(MISSING)
      .flat()
      .filter((name) => !skipped.has(name)),
  ).toEqual([]),
);

describeForge("bare emulate", {
  make: async () => {
    const repository = names[used++] ?? "";
    const [owner = "", repo = ""] = repository.split("/");
    const at = { owner, repo };
    const as = (login: string): Octokit["rest"] =>
      new Octokit({ baseUrl: emulate.url, auth: emulate.tokenOf(login) }).rest;
    const rest = as(PEOPLE.owner);
    await rest.repos.addCollaborator({ ...at, username: ORCH, permission: "push" });
    const notThere = (): never => {
      throw new TypeError("emulate has neither git nor workflows");
    };
    const weather = openWeather();
    const { url, tokenOf } = emulate;
    const people = peopleOf(
      { url, tokenOf, app: undefined, cloneUrl: notThere, beginCi: notThere, finishCi: notThere },
      repository,
    );
    return {
      forge: createGitHubForge({
        repository,
        apiUrl: emulate.url,
        access: givenToken(emulate.tokenOf(ORCH)),
        clock: systemClock,
        fetch: weather.fetch,
      }),
      people: { ...people, push: (change) => pushByApi(rest, { ...at, ...change }) },
      lose: weather.lose,
      refuse: weather.refuse,
    };
  },
});

/** What goes wrong, on this side of the wire: `emulate` has no faults of its own. */
function openWeather(): Pick<ForgeBench, "lose" | "refuse"> & { readonly fetch: typeof fetch } {
  let next: "before" | "after" | "refused" | undefined;
  return {
    lose: (when) => void (next = when),
    refuse: () => void (next = "refused"),
    async fetch(input, init) {
      const isRead = (init?.method ?? "GET") === "GET";
      const fate = isRead && next !== "refused" ? undefined : next;
      if (fate !== undefined) next = undefined;
      if (fate === "before") throw new TypeError("fetch failed");
      if (fate === "refused")
        return Response.json({ message: "slower" }, { status: 429, headers: { "retry-after": "60" } });
      const response = await fetch(input, init);
      if (fate === "after") throw new TypeError("fetch failed");
      return response;
    },
  };
}

interface At {
  readonly owner: string;
  readonly repo: string;
}

/** `emulate` serves no git: a commit is made of its objects. */
async function pushByApi(
  rest: Octokit["rest"],
  { owner, repo, branch, files }: At & { readonly branch: string; readonly files: Readonly<Record<string, string>> },
): Promise<CommitSha> {
  const at = { owner, repo };
  const tips = (await rest.git.listMatchingRefs({ ...at, ref: "heads/" })).data;
  const known = tips.find(({ ref }) => ref === `refs/heads/${branch}`);
  const from = (known ?? tips.find(({ ref }) => ref === "refs/heads/main"))?.object.sha ?? "";
  const base = (await rest.git.getCommit({ ...at, commit_sha: from })).data.tree.sha;
  const tree = Object.entries(files).map(
    ([path, content]) => ({ path, content, mode: "100644", type: "blob" }) as const,
  );
  const made = await rest.git.createTree({ ...at, base_tree: base, tree });
  const commit = await rest.git.createCommit({ ...at, message: "change", tree: made.data.sha, parents: [from] });
  const { sha } = commit.data;
  if (known === undefined) await rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha });
  else await rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha });
  return unwrap(parseCommitSha(sha));
}
