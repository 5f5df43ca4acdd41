import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import type { Json } from "../http/api.ts";
import { notFound } from "../http/refusal.ts";
import type { Repository } from "../state/repository.ts";
import type { World } from "../state/world.ts";
import { rollup } from "./reactions.ts";

/** An issue as GitHub shows it. @throws Refusal 404 */
export async function issueJson(world: World, repository: Repository, number: number): Promise<Json> {
  const { status, body } = await world.backing.call("GET", `/repos/${repository.fullName}/issues/${number}`);
  if (status !== 200) throw notFound();
  return decorate(world, body) as Json;
}

/** Adds to issues and comments, wherever they are in an answer, what `emulate` doesn't know of them. */
export function decorate(world: World, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => decorate(world, entry));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Json;
  if (Array.isArray(object["items"])) return { ...object, items: decorate(world, object["items"]) };
  if (object["repository_url"] !== undefined && object["number"] !== undefined) return decorateIssue(world, object);
  if (object["issue_url"] !== undefined) return decorateComment(world, object);
  return value;
}

function decorateIssue(world: World, issue: Json): Json {
  const repository = repositoryIn(world, asString(issue["repository_url"]));
  const number = Number(issue["number"]);
  if (repository === undefined) return issue;
  const children = repository.subIssues.get(number) ?? [];
  const blockers = repository.blockedBy.get(number) ?? [];
  const url = `${world.url}/repos/${repository.fullName}/issues/${number}`;
  const parent = [...repository.subIssues].find(([, numbers]) => numbers.includes(number))?.[0];
  return {
    ...issue,
    ...pullPart(world, repository, number),
    reactions: rollup(repository, `issue:${number}`, url),
    author_association: association(repository, issue["user"]),
    sub_issues_summary: { total: children.length, completed: 0, percent_completed: 0 },
    issue_dependencies_summary: {
      blocked_by: blockers.length,
      blocking: 0,
      total_blocked_by: blockers.length,
      total_blocking: 0,
    },
    ...(parent === undefined ? {} : { parent_issue_url: url.replace(/\d+$/, String(parent)) }),
  };
}

function pullPart(world: World, repository: Repository, number: number): Json {
  const pull = repository.pulls.get(number);
  if (pull === undefined) return {};
  const html = `${world.url}/${repository.fullName}/pull/${number}`;
  return {
    html_url: html,
    draft: pull.draft,
    pull_request: {
      url: `${world.url}/repos/${repository.fullName}/pulls/${number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.mergedAt,
    },
  };
}

function decorateComment(world: World, comment: Json): Json {
  const issueUrl = asString(comment["issue_url"]);
  const repository = repositoryIn(world, issueUrl.replace(/\/issues\/\d+$/, ""));
  if (repository === undefined) return comment;
  const isOnPull = repository.pulls.has(Number(issueUrl.split("/").at(-1)));
  const html = asString(comment["html_url"]);
  return {
    ...comment,
    ...(isOnPull ? { html_url: html.replace("/issues/", "/pull/") } : {}),
    author_association: association(repository, comment["user"]),
    reactions: rollup(repository, `comment:${String(comment["id"])}`, asString(comment["url"])),
  };
}

function repositoryIn(world: World, url: string): Repository | undefined {
  return world.find(url.replace(/^.*\/repos\//, ""));
}

/** How GitHub calls a person's tie to a repository. */
export function association(repository: Repository, user: unknown): string {
  const login = asString(asRecord(user)["login"]).toLowerCase();
  if (login === repository.owner.toLowerCase()) return "OWNER";
  const role = repository.roles.get(login) ?? "none";
  if (role === "none") return "NONE";
  return repository.ownerIsOrganization && role === "admin" ? "MEMBER" : "COLLABORATOR";
}
