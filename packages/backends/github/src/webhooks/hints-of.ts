import { parseCommitSha, type ForgeHint, type ProjectId } from "@orch/core";

import type { Payload } from "./parse-payload.ts";

/** Where an event says that something changed. */
interface Target {
  readonly repository: Payload["repository"];
  readonly at:
    | { readonly about: "issue" | "pull"; readonly number: number }
    | { readonly about: "commit"; readonly commit: string };
}

const NO_COMMIT = /^0+$/;

/** The events that tell of something to look at; all others are taken and ignored. */
export const usedEvents: ReadonlySet<string> = new Set([
  "check_run",
  "check_suite",
  "issue_comment",
  "issue_dependencies",
  "issues",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "pull_request_review_thread",
  "push",
  "status",
  "sub_issues",
  "workflow_job",
  "workflow_run",
]);

/** The events that a hook is asked for: besides those that tell of something to look at, another name of the repository. */
export const hookEvents: readonly string[] = [...usedEvents, "repository"];

/**
 * Where to look because of an event, each place once: in known repositories only. `none`: the event is of no use;
 * `unknown`: it is about repositories that nobody asked for.
 */
export function hintsOf(
  { event, payload }: { readonly event: string; readonly payload: Payload },
  projectOf: (repository: string, id?: number) => ProjectId | undefined,
): readonly ForgeHint[] | "none" | "unknown" {
  const targets = usedEvents.has(event) ? targetsOf(event, payload) : [];
  const places = new Map(targets.map((target) => [JSON.stringify(target), target]));
  const projects = [...places.values()].map(({ repository, at }) => {
    const { full_name: name = "", id } = repository ?? payload.repository ?? {};
    return { project: projectOf(name.toLowerCase(), id), at };
  });
  const hints = projects.flatMap(({ project, at }) => (project === undefined ? [] : hintAt(project, at)));
  if (hints.length > 0) return hints;
  return projects.some(({ project }) => project === undefined) ? "unknown" : "none";
}

function hintAt(project: ProjectId, at: Target["at"]): readonly ForgeHint[] {
  if (at.about !== "commit") return [{ project, about: at.about, number: at.number }];
  const commit = parseCommitSha(at.commit);
  return commit.ok && !NO_COMMIT.test(commit.value) ? [{ project, about: "commit", commit: commit.value }] : [];
}

function targetsOf(event: string, payload: Payload): readonly Target[] {
  switch (event) {
    case "issues":
    case "issue_comment":
      return issue(payload);
    case "sub_issues":
      return [
        ...numbered(payload.parent_issue, payload.parent_issue_repo),
        ...numbered(payload.sub_issue, payload.sub_issue_repo),
      ];
    case "issue_dependencies":
      return [
        ...numbered(payload.blocked_issue, payload.blocked_issue_repo),
        ...numbered(payload.blocking_issue, payload.blocking_issue_repo),
      ];
    case "push":
      return commit(payload.after);
    case "status":
      return commit(payload.sha);
    case "check_run":
    case "check_suite":
    case "workflow_job":
    case "workflow_run":
      return commit(payload[event]?.head_sha);
    default:
      return payload.pull_request === undefined
        ? []
        : [{ repository: undefined, at: { about: "pull", number: payload.pull_request.number } }];
  }
}

/** GitHub tells of comments on pull requests as of issues, with a field that says so. */
function issue({ issue: found }: Payload): readonly Target[] {
  if (found === undefined) return [];
  const isPull = typeof found.pull_request === "object" && found.pull_request !== null;
  return [{ repository: undefined, at: { about: isPull ? "pull" : "issue", number: found.number } }];
}

function numbered(found: Payload["sub_issue"], repository: Payload["repository"]): readonly Target[] {
  if (found === undefined) return [];
  return [{ repository, at: { about: "issue", number: found.number } }];
}

function commit(sha: string | undefined): readonly Target[] {
  return sha === undefined ? [] : [{ repository: undefined, at: { about: "commit", commit: sha } }];
}
