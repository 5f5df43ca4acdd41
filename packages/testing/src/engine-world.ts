import {
  defaultPolicy,
  noUsage,
  orchError,
  unwrap,
  parseBranchName,
  type AttemptOutcome,
  type AttemptRun,
  type BranchName,
  type CommitSha,
  type ProjectId,
  type ProjectSettings,
  type Workspace,
} from "@orch/core";

/** The workspace of an engine around which there is none: it refuses (`internal`) all that `over` does not do. */
export function absentWorkspace(over: Partial<Workspace> = {}): Workspace {
  return {
    prepare: refuse,
    readFiles: refuse,
    listFiles: refuse,
    tidyCommands: () => [],
    verifyCommand: () => ({ name: "", argv: [], env: {}, accept: [] }),
    scrubCommand: () => ({ name: "", argv: [], env: {}, accept: [] }),
    lookAround: refuse,
    changedAround: refuse,
    disarm: refuse,
    collect: refuse,
    inspect: refuse,
    publish: refuse,
    merge: refuse,
    rebase: refuse,
    diff: refuse,
    log: refuse,
    remove: refuse,
    ...over,
  };
}

/** The settings of a project of which an engine needs no more than its name, apart from `over`. */
export function bareSettings(id: ProjectId, over: Partial<ProjectSettings> = {}): ProjectSettings {
  return {
    id,
    source: "/repository",
    branchTemplate: "",
    checks: [],
    hooks: {},
    gate: { protectedPaths: [], maxFiles: 1, maxBytes: 1, maxFileBytes: 1 },
    agents: {},
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    timeoutByComplexity: {},
    policy: defaultPolicy,
    sandbox: "none",
    requiredTools: [],
    instructionFiles: [],
    git: {},
    ...over,
  };
}

/** What a runner tells of an attempt that passed without an agent; times in milliseconds since 1970. */
export function passedRun(
  { task }: AttemptRun,
  made: {
    readonly branch: BranchName;
    readonly commit: CommitSha;
    readonly startedAt: number;
    readonly endedAt?: number;
  },
): AttemptOutcome {
  const { project, id, attempt, assignment } = task;
  const { branch, commit, ...times } = made;
  return {
    kind: "finished",
    attempt: { project, id, attempt, assignment, phase: "publishing", commit, ...times, usage: noUsage },
    verdict: { kind: "pass" },
    fingerprint: "",
    result: { branch, commit, attempt, base: unwrap(parseBranchName("main")), checks: 0 },
  };
}

async function refuse(): Promise<never> {
  throw orchError("internal", "there is no workspace here, and nobody was to ask for one");
}
