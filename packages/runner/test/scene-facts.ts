/** What every scene of an attempt is made of. */
import {
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseProjectId,
  parseTreeSha,
  unwrap,
  type Collected,
  type FailureClass,
  type ProjectSettings,
  type Reason,
  type SessionExit,
  type TaskSpec,
} from "@orch/core";

export const reasons: Partial<Record<FailureClass, Reason>> = {
  auth: "auth",
  failed: "agent_failed",
  usage_limit: "usage_limited",
  waiting_for_input: "agent_asked",
};

export const project = unwrap(parseProjectId("acme/app"));
export const agent = unwrap(parseAgentName("robot"));
export const branch = unwrap(parseBranchName("task-x"));
export const base = unwrap(parseBranchName("main"));
export const baseCommit = unwrap(parseCommitSha("a".repeat(40)));

/** The commit that the agent made. */
export const commit = unwrap(parseCommitSha("b".repeat(40)));
export const tree = unwrap(parseTreeSha("d".repeat(40)));

export const spec: TaskSpec = {
  title: "Fix it",
  body: "",
  labels: [],
  source: { kind: "cli" },
  pins: {},
  priority: 0,
  dependsOn: [],
  checks: [],
};

/** An exit that nothing is wrong with, and what is different. */
export function exitOf(over: Partial<SessionExit> = {}): SessionExit {
  const output = { outputBytes: 0, outputHash: "", lastSeq: 1, survivors: 0 };
  return { cause: "exited", code: 0, startedAt: 1, endedAt: 2, ...output, sandbox: "none", ...over };
}

/** A check that the project asks for. */
export function check(name: string): ProjectSettings["checks"][number] {
  return { name, run: [name], timeoutMs: 1_000 };
}

/** The collected change of one file. */
export function change(over: Partial<Extract<Collected, { kind: "collected" }>> = {}): Collected {
  const file = { path: "a.txt", change: "added", added: 1, deleted: 0, binary: false } as const;
  const diff = { files: [file], added: 1, deleted: 0 };
  return { kind: "collected", commit, tree, commits: 1, diff, strays: [], ...over };
}
