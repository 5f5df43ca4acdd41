import { asString } from "../../model-server/wire/json-values.ts";
import { noReply } from "../git/bare-repository.ts";
import { bodyOf, type Call, type Json } from "../http/api.ts";
import { Refusal } from "../http/refusal.ts";
import { tellIssueChange } from "../issues/issue-events.ts";
import { issueJson } from "../issues/issue-json.ts";
import type { Repository } from "../state/repository.ts";
import { emit } from "../webhooks/emit.ts";
import { asksOf } from "./branch-rules.ts";
import { closePull } from "./close-pull.ts";
import { unmetRules } from "./protection-rules.ts";
import { pullJson, rangeOf } from "./pull-json.ts";
import type { Pull } from "./pull.ts";

/** The words before a number that close an issue when the pull request is merged. */
const CLOSES = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)/gi;

/** Merges as the body asks: base moved, pull request and the issues it names closed, all told. @throws Refusal 405 or 409 */
export async function mergePull(call: Call, repository: Repository, pull: Pull): Promise<Json> {
  const { world, actor } = call.var;
  const body = bodyOf(call);
  await checkMergeable(call, repository, pull);
  const before = await repository.git.branches();
  const issue = await issueJson(world, repository, pull.number);
  const commit = await makeCommit(call, repository, { pull, issue, method: asString(body["merge_method"]) || "merge" });
  await repository.git.git("update-ref", `refs/heads/${pull.baseRef}`, commit);
  Object.assign(pull, { mergedAt: world.now(), mergedBy: actor.login, mergeCommit: commit });
  closePull(world, pull, true);
  await setIssueState(call, repository, pull.number);
  await world.takeInPush(repository, before, actor);
  const shown = await pullJson(world, repository, pull);
  const payload = { action: "closed", number: pull.number, pull_request: shown };
  await emit(world, repository, { event: "pull_request", payload, by: actor });
  if (pull.baseRef === repository.defaultBranch)
    await closeIssues(call, repository, [
      ...namedIn(repository, `${asString(issue["title"])}\n${asString(issue["body"])}`),
      ...linkedTo(repository, pull),
    ]);
  if (repository.settings["delete_branch_on_merge"] === true) {
    const source = world.find(pull.headRepository) ?? repository;
    const earlier = await source.git.branches();
    await source.git.git("update-ref", "-d", `refs/heads/${pull.headRef}`);
    await world.takeInPush(source, earlier, actor);
  }
  return { sha: commit, merged: true, message: "Pull Request successfully merged" };
}

async function checkMergeable(call: Call, repository: Repository, pull: Pull): Promise<void> {
  const { world, actor } = call.var;
  const expected = asString(bodyOf(call)["sha"]);
  if (pull.state === "closed") throw new Refusal(405, "Pull Request is not mergeable");
  if (pull.draft) throw new Refusal(405, "Pull Request is still a draft");
  if (expected !== "" && expected !== pull.headSha) {
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  }
  if ((await repository.git.mergeTree(`refs/heads/${pull.baseRef}`, pull.headSha)) === undefined) {
    throw new Refusal(405, "Pull Request is not mergeable");
  }
  const rules = repository.protections.get(pull.baseRef);
  const isBound = rules?.enforceAdmins === true || !world.may(actor, repository, "admin");
  const [first] = await unmetRules(repository, pull, isBound);
  if (first !== undefined) throw new Refusal(405, first.message);
}

interface Merging {
  readonly pull: Pull;
  readonly issue: Json;
  readonly method: string;
}

async function makeCommit(call: Call, repository: Repository, { pull, issue, method }: Merging): Promise<string> {
  const { world, actor } = call.var;
  const allowed =
    repository.settings[{ squash: "allow_squash_merge", rebase: "allow_rebase_merge" }[method] ?? "allow_merge_commit"];
  if (allowed === false) throw new Refusal(405, `${method} merges are not allowed on this repository.`);
  if (!asksOf(repository, pull.baseRef, true).methods.includes(method)) {
    throw new Refusal(405, `Repository rule violations found: ${method} merges are not allowed into ${pull.baseRef}.`);
  }
  const body = bodyOf(call);
  const base = await repository.git.git("rev-parse", `refs/heads/${pull.baseRef}`);
  const user = await world.user(actor.login);
  const by = noReply(actor.login, Number(user["id"]));
  if (method === "rebase") {
    const tip = await repository.git.rebase(base, pull.headSha, by);
    if (tip === undefined) throw new Refusal(405, "This branch can't be rebased");
    return tip;
  }
  const tree = (await repository.git.mergeTree(base, pull.headSha)) ?? "";
  const isSquash = method === "squash";
  const subjects = await repository.git.git("log", "--reverse", "--format=* %s", await rangeOf(repository, pull));
  const owner = pull.headRepository.split("/")[0] ?? "";
  const title = isSquash
    ? `${asString(issue["title"])} (#${pull.number})`
    : `Merge pull request #${pull.number} from ${owner}/${pull.headRef}`;
  const given = { title: asString(body["commit_title"]) || title, text: body["commit_message"] };
  const usual = isSquash ? subjects : asString(issue["title"]);
  const text = typeof given.text === "string" ? given.text : usual;
  const message = text === "" ? given.title : `${given.title}\n\n${text}`;
  return repository.git.commitTree(tree, { parents: isSquash ? [base] : [base, pull.headSha], message, by });
}

async function setIssueState(call: Call, repository: Repository, number: number): Promise<void> {
  const { world, actor } = call.var;
  await world.backing.call("PATCH", `/repos/${repository.fullName}/issues/${number}`, {
    ...(actor.token === undefined ? {} : { token: actor.token }),
    body: { state: "closed", state_reason: "completed" },
  });
}

function namedIn(repository: Repository, text: string): readonly number[] {
  return [...text.matchAll(CLOSES)].flatMap(([, elsewhere, digits]) => {
    const isHere = elsewhere === undefined || elsewhere.toLowerCase() === repository.fullName.toLowerCase();
    return isHere ? [Number(digits)] : [];
  });
}

/** The issues that show the branch as theirs. */
function linkedTo(repository: Repository, pull: Pull): readonly number[] {
  if (pull.headRepository !== repository.fullName) return [];
  return [...repository.linkedBranches].filter(([, names]) => names.includes(pull.headRef)).map(([number]) => number);
}

async function closeIssues(call: Call, repository: Repository, numbers: readonly number[]): Promise<void> {
  const { world, actor } = call.var;
  for (const number of numbers) {
    if (repository.pulls.has(number)) continue;
    const before = await issueJson(world, repository, number).catch(() => undefined);
    if (before === undefined || before["state"] === "closed") continue;
    await setIssueState(call, repository, number);
    const after = await issueJson(world, repository, number);
    await tellIssueChange(world, repository, { before, after, by: actor });
  }
}
