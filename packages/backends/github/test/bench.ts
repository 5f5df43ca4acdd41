import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { parseCommitSha, parseTaskId, systemClock, unwrap, type Clock, type Forge } from "@orch/core";
import { MAIN, PEOPLE, type ForgeBench, type ForgePeople } from "@orch/testing";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";

import { createGitHubForge, givenToken } from "../src/index.ts";
import { pushFiles } from "./push-files.ts";
import { rulesetOf } from "./rules.ts";

/** Whom orch's token belongs to. */
export const ORCH = "orch-runner";

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A stand-in with so many repositories, each of which serves one case: to start one takes longer than most cases. */
export async function githubWith(repositories: number): Promise<{ readonly standIn: GitHubStandIn; next(): string }> {
  let used = 0;
  const names = Array.from({ length: repositories }, (_, index) => `${PEOPLE.owner}/sample-${index}`);
  const standIn = await startGitHub({
    checkBodies: true,
    user: PEOPLE.owner,
    people: { [ORCH]: "write", [PEOPLE.reviewer]: "write", [PEOPLE.stranger]: "none" },
    app: { id: 7, slug: "checker", permissions: { checks: "write" } },
    repositories: names.map((name) => ({ name })),
  });
  return {
    standIn,
    next() {
      const name = names[used];
      used += 1;
      if (name === undefined) throw new TypeError(`only ${repositories} repositories were made`);
      return name;
    },
  };
}

/** A forge on one repository of a stand-in. */
export function forgeOn(
  standIn: GitHubStandIn,
  repository: string,
  over: { readonly clock?: Clock; readonly fetch?: typeof fetch } = {},
): Forge {
  const access = givenToken(standIn.tokenOf(ORCH));
  return createGitHubForge({ repository, apiUrl: standIn.url, access, clock: systemClock, ...over });
}

/** The bench of the contract, on one repository of a stand-in. */
export function benchOn(standIn: GitHubStandIn, repository: string): ForgeBench {
  const isOurs = ({ path }: { path: string }): boolean => path.includes(`/${repository}/`);
  return {
    forge: forgeOn(standIn, repository),
    people: peopleOf(standIn, repository),
    lose: (when) => standIn.faults.next({ do: "cut", when }, (target) => target.method !== "GET" && isOurs(target)),
    refuse: () => standIn.faults.next({ do: "secondary-limit", retryAfterSeconds: 60 }, isOurs),
  };
}

/** What people need of a GitHub to act there. */
type Place = Pick<GitHubStandIn, "url" | "tokenOf" | "app" | "cloneUrl" | "beginCi" | "finishCi">;

/** People who act on one repository. */
export function peopleOf(standIn: Place, repository: string): ForgePeople {
  const [owner = "", repo = ""] = repository.split("/");
  const at = { owner, repo };
  const as = (login: string = PEOPLE.owner): Octokit["rest"] =>
    new Octokit({ baseUrl: standIn.url, auth: standIn.tokenOf(login), log: QUIET }).rest;
  return { ...issueActs(as, at), ...codeActs(as, { at, standIn, repository }) };
}

type As = (login?: string) => Octokit["rest"];
interface At {
  readonly owner: string;
  readonly repo: string;
}
type IssueActs = "openIssue" | "editIssue" | "comment" | "editComment" | "addChild" | "addBlocker" | "giveRole";

function issueActs(as: As, at: At): Pick<ForgePeople, IssueActs> {
  const idOf = async (number: string): Promise<number> =>
    (await as().issues.get({ ...at, issue_number: Number(number) })).data.id;
  return {
    async openIssue({ title, body = "", labels = [], as: login }) {
      const { data } = await as(login).issues.create({ ...at, title, body, labels: [...labels] });
      return unwrap(parseTaskId(String(data.number)));
    },
    async editIssue({ id, as: login, labels, ...change }) {
      const set = labels === undefined ? {} : { labels: [...labels] };
      await as(login).issues.update({ ...at, issue_number: Number(id), ...change, ...set });
    },
    async comment({ thread, body, as: login }) {
      return (await as(login).issues.createComment({ ...at, issue_number: thread, body })).data.id;
    },
    async editComment({ comment, body, as: login }) {
      await as(login).issues.updateComment({ ...at, comment_id: comment, body });
    },
    async addChild({ parent, child }) {
      await as().issues.addSubIssue({ ...at, issue_number: Number(parent), sub_issue_id: await idOf(child) });
    },
    async addBlocker({ id, by }) {
      await as().issues.addBlockedByDependency({ ...at, issue_number: Number(id), issue_id: await idOf(by) });
    },
    async giveRole({ login, role }) {
      const words = { admin: "admin", maintain: "maintain", write: "push", triage: "triage", read: "pull" } as const;
      if (role === "none") await as().repos.removeCollaborator({ ...at, username: login });
      else await as().repos.addCollaborator({ ...at, username: login, permission: words[role] });
    },
  };
}

/** Check runs are made by Apps alone. */
async function checkerOf(standIn: Place): Promise<Octokit["rest"]> {
  const { id: appId = 0, privateKey = "", installation = 0 } = standIn.app ?? {};
  const request = new Octokit({ baseUrl: standIn.url, log: QUIET }).request;
  const { token } = await createAppAuth({ appId, privateKey, request })({
    type: "installation",
    installationId: installation,
  });
  return new Octokit({ baseUrl: standIn.url, auth: token, log: QUIET }).rest;
}

const EVENTS = { approve: "APPROVE", request_changes: "REQUEST_CHANGES", comment: "COMMENT" } as const;

function codeActs(
  as: As,
  { at, standIn, repository }: { at: At; standIn: Place; repository: string },
): Omit<ForgePeople, IssueActs> {
  return {
    async push({ branch, files }) {
      return unwrap(parseCommitSha(await pushFiles(standIn.cloneUrl(repository, PEOPLE.owner), { branch, files })));
    },
    removeBranch: async (branch) => void (await as().git.deleteRef({ ...at, ref: `heads/${branch}` })),
    async tip(branch) {
      const { data } = await as().git.listMatchingRefs({ ...at, ref: `heads/${branch}` });
      const found = data.find(({ ref }) => ref === `refs/heads/${branch}`);
      return found === undefined ? undefined : unwrap(parseCommitSha(found.object.sha));
    },
    async review({ number, decision, body, comments = [], as: login = PEOPLE.reviewer }) {
      const lines = comments.map((comment) => ({ ...comment, side: "RIGHT" }));
      const review = { ...at, pull_number: number, event: EVENTS[decision], body, comments: lines };
      return (await as(login).pulls.createReview(review)).data.id;
    },
    async report({ commit, name, state, kind }) {
      if (kind === "check") {
        const run = { ...at, head_sha: commit, name };
        const checker = await checkerOf(standIn);
        if (state === "pending") await checker.checks.create({ ...run, status: "in_progress" });
        else await checker.checks.create({ ...run, conclusion: state === "passing" ? "success" : "failure" });
        return;
      }
      const words = { pending: "pending", passing: "success", failing: "failure" } as const;
      await as().repos.createCommitStatus({ ...at, sha: commit, context: name, state: words[state] });
    },
    beginJob: ({ commit, name }) => standIn.beginCi(repository, commit, { job: name }),
    finishJob: ({ commit, name, conclusion, log }) =>
      standIn.finishCi(repository, commit, { job: name, conclusion, log }),
    async protect({ checks, strict = false }) {
      if (checks.length === 0 && !strict)
        return void (await as().repos.deleteBranchProtection({ ...at, branch: MAIN }));
      await as().repos.updateBranchProtection({
        ...at,
        branch: MAIN,
        required_status_checks: { strict, contexts: [...checks] },
        enforce_admins: true,
        required_pull_request_reviews: null,
        restrictions: null,
      });
    },
    rule: rulesetOf(as(), at),
    closePull: async (number) => void (await as().pulls.update({ ...at, pull_number: number, state: "closed" })),
  };
}
