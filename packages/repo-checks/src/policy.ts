/**
 * The layer of every member. A member may depend only on members of strictly lower layers, so
 * siblings meet through the ports in `core`, and only the apps join them.
 */
export const LAYERS: Readonly<Record<string, number>> = {
  "@orch/core": 0,
  "@orch/api": 1,
  "@orch/commands": 1,
  "@orch/config": 1,
  "@orch/cron": 1,
  "@orch/grading": 1,
  "@orch/parser": 1,
  "@orch/prompts": 1,
  "@orch/router": 1,
  "@orch/security": 1,
  "@orch/agents": 2,
  "@orch/backend-github": 2,
  "@orch/bundle": 2,
  "@orch/forge": 1,
  "@orch/channels": 2,
  "@orch/dashboard": 2,
  "@orch/engine": 2,
  "@orch/hub": 2,
  "@orch/questions": 2,
  "@orch/runner": 2,
  "@orch/sessions": 2,
  "@orch/skills": 2,
  "@orch/store": 2,
  "@orch/workspace": 2,
  "@orch/daemon": 3,
  "@orch/cli": 4,
};

/**
 * The only members that may depend on a third-party package, so that each library has one home and
 * can be replaced there. Development members may use anything.
 */
export const DEPENDENCY_HOMES: Readonly<Record<string, readonly string[]>> = {
  "@anthropic-ai/sandbox-runtime": ["@orch/sessions"],
  "@hono/node-server": ["@orch/daemon"],
  "@octokit/auth-app": ["@orch/backend-github"],
  "@octokit/rest": ["@orch/backend-github"],
  "better-sqlite3": ["@orch/store"],
  "cron-parser": ["@orch/cron"],
  "drizzle-orm": ["@orch/store"],
  hono: ["@orch/api", "@orch/daemon", "@orch/dashboard"],
  liquidjs: ["@orch/prompts"],
  nanotar: ["@orch/bundle"],
  unbash: ["@orch/grading"],
  yaml: ["@orch/config", "@orch/skills"],
  zod: [
    "@orch/config",
    "@orch/api",
    "@orch/parser",
    "@orch/store",
    "@orch/commands",
    "@orch/prompts",
    "@orch/backend-github",
  ],
};

/**
 * Members that implement a port of `core`, with the contract suites that their tests must call.
 * A suite is a function `describe<Port>` of `@orch/testing`.
 */
export const CONTRACT_SUITES: Readonly<Record<string, readonly string[]>> = {
  "@orch/agents": ["describeAgentDriver"],
  "@orch/backend-github": ["describeForge"],
  "@orch/core": ["describeClock", "describeRandom"],
  "@orch/daemon": ["describeProjects"],
  "@orch/engine": ["describeEngine"],
  "@orch/prompts": ["describePromptRenderer"],
  "@orch/questions": ["describeTextModel"],
  "@orch/router": ["describeRouter"],
  "@orch/runner": ["describeAttemptRunner"],
  "@orch/security": ["describeRedactor"],
  "@orch/sessions": ["describeSandbox", "describeSessions"],
  "@orch/store": ["describeDeliveries", "describeStore"],
  "@orch/workspace": ["describeCheckouts", "describeWarmClones", "describeWorkspace"],
};

/** Largest member, in lines of code without tests, comments and blank lines. */
export const MEMBER_LINES = 1200;

/** Members that may be larger, with the reason. */
export const MEMBER_LINE_EXCEPTIONS: Readonly<Record<string, { lines: number; reason: string }>> = {
  "@orch/core": {
    lines: 5700,
    reason: "holds the whole model and every port, mostly types; all others depend on it alone",
  },
  "@orch/backend-github": {
    lines: 3750,
    reason: "a client for each part of GitHub's API, and the gates that its webhooks pass, each in its own file",
  },
  "@orch/config": {
    lines: 3750,
    reason:
      "the schema, the reading and the resolving of every key, who else may read it, and the words of earlier systems, are one noun",
  },
  "@orch/commands": {
    lines: 1600,
    reason: "mostly the table of every verb of every surface, which is one list so that no second one grows",
  },
  "@orch/forge": {
    lines: 2100,
    reason:
      "a folder for each thing that is read or written there, all pure and each on its own; the text tools are shared",
  },
  "@orch/security": {
    lines: 1750,
    reason:
      "the redactor with its rules and its thread, which are one algorithm, beside what guards paths, folders and text",
  },
  "@orch/workspace": {
    lines: 3300,
    reason:
      "everything that touches git, as from a stranger, forks among it, how git itself is run, where clones are, and those that are made in advance; a second package would share its context",
  },
  "@orch/sessions": {
    lines: 4900,
    reason: "two processes and the wire between them: supervisor and client change together",
  },
  "@orch/runner": {
    lines: 2850,
    reason:
      "every step of an attempt, each in its own file, what its sessions are told, set-ups in advance, the record that lets a runner go on, what its agent is told, what is kept for its task, and the files that scripts of the first seed read",
  },
  "@orch/cli": {
    lines: 4450,
    reason:
      "every verb's rendering, the log's too, what doctor looks at, tries and packs, and the demo; an app, so nothing else depends on its size",
  },
  "@orch/daemon": {
    lines: 6500,
    reason:
      "the composition root, the handlers of every verb, the HTTP side with its fan-out to viewers, names of projects and the repositories kept for them, boards, mirrored messages, webhooks with the watch over their way, what is done once a day, where clones and programs are, clones in advance, telling sessions what to hide, and what a home tells without a daemon; an app",
  },
  "@orch/engine": {
    lines: 6000,
    reason:
      "inbox, dispatch, routing, recovery, budgets, parts and blockers, calls in comments, follow-up tasks, pushed branches, and what happens on a forge, each in its own file; decisions that share one transaction",
  },
  "@orch/store": {
    lines: 2300,
    reason:
      "one file per operation, each with its own SQL, of the engine's state, of ports and of the record of webhooks, and a look at files that nobody may write to",
  },
  "@orch/agents": {
    lines: 6200,
    reason:
      "one folder per driver, none of which is used by another; the replay player and the bridge to opencode are programs of their own",
  },
};

/** Longest `src/index.ts`, in lines. The formatter puts long lists one name per line. */
export const INDEX_LINES = 60;

/** Members whose index may be longer, with the reason. */
export const INDEX_LINE_EXCEPTIONS: Readonly<Record<string, { lines: number; reason: string }>> = {
  "@orch/testing": {
    lines: 100,
    reason: "one suite for each port, and the stand-ins of everything beyond this machine",
  },
  "@orch/core": { lines: 400, reason: "the shared vocabulary of all members" },
};

/** Largest source file and largest test file, in lines of code. */
export const FILE_LINES = { source: 400, test: 600 };

/** At most this share of product code may live in files over `LONG_FILE_LINES`. */
export const LONG_FILE_SHARE = 0.3;
/** Lines of code from which a file counts as long. */
export const LONG_FILE_LINES = 250;

/** Product modules that own a clock, timers or randomness; everyone else gets them injected. */
export const TIME_AND_CHANCE_OWNERS: readonly string[] = [
  "system-clock.ts",
  "system-random.ts",
  // Programs of their own that import nothing of the workspace.
  "replay-player-main.ts",
  "opencode-bridge-main.ts",
];

/** Least share of exports with a doc comment. */
export const DOCUMENTED_SHARE = { core: 0.8, others: 0.5 };

/** Product files that may name fixed folders, with the reason. */
export const FIXED_FOLDER_EXCEPTIONS: Readonly<Record<string, string>> = {
  "apps/daemon/src/surroundings.ts": "where people's homes are: sessions see nothing of them",
  "packages/sessions/src/sandbox/bwrap-arguments.ts": "mount points inside the sandbox",
  "packages/sessions/src/sandbox/roots-own.ts": "where a system keeps what only root may read",
  "packages/sessions/src/sandbox/srt-sandbox.ts": "a mount point inside the sandbox",
};
