import { parseProjectId, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { defaults } from "./defaults.ts";
import { projectSettings } from "./project-settings.ts";
import { readConfigText } from "./read-config-text.ts";
import { resolveConfig, type Resolved } from "./resolve-config.ts";

function resolved(texts: { readonly global?: string; readonly project?: string }): Resolved {
  const files = (["global", "project"] as const).map((kind) =>
    readConfigText({ path: `/home/me/${kind}.yml`, kind, text: texts[kind] ?? "{}", env: {} }),
  );
  expect(files.flatMap(({ problems }) => problems)).toEqual([]);
  return resolveConfig({ home: "/home/me/.orch", env: {}, files });
}

test("the policy of the third seed keeps its names", () => {
  const { config } = resolved({
    global: "policy: {max_changed_files: 6, max_added_lines: 120, min_test_commands: 1, diff_budget: enforce}",
  });
  expect(config.grading).toMatchObject({
    diffBudget: "enforce",
    maxChangedFiles: 6,
    maxAddedLines: 120,
    minChecks: 1,
    forbiddenCommands: defaults.policy.forbidden_commands,
    publishCommands: defaults.policy.publish_commands,
  });
});

test("a person says what agents may not run; a project's file only adds to it", () => {
  const { config } = resolved({
    global: "policy: {forbidden_commands: [docker]}",
    project: "policy: {forbidden_commands: [kubectl], publish_commands: [make release]}",
  });
  expect(config.grading.forbiddenCommands).toEqual(["docker", "kubectl"]);
  expect(config.grading.publishCommands).toEqual([...defaults.policy.publish_commands, "make release"]);
});

const mine = `
policy: {diff_budget: warn, max_changed_files: 8, max_added_lines: 100, min_checks: 1}
grading: {failed_tests: strict, mode: hybrid, known_test_failures: [a, b], test_commands: [./prove]}
`;
const asPersonSays = {
  diffBudget: "warn",
  maxChangedFiles: 8,
  maxAddedLines: 100,
  minChecks: 1,
  failedTests: "strict",
  mode: "hybrid",
  knownTestFailures: ["a", "b"],
  testCommands: ["./prove"],
};

test("a project's file makes grades stricter, without a word", () => {
  const { config, notices } = resolved({
    global: mine,
    project: `
policy: {diff_budget: enforce, max_changed_files: 2, max_added_lines: 100, min_checks: 2}
grading: {failed_tests: strict, mode: rules, known_test_failures: [b], test_commands: [./prove, make check]}
`,
  });
  expect(notices).toEqual([]);
  expect(config.grading).toMatchObject({
    diffBudget: "enforce",
    maxChangedFiles: 2,
    minChecks: 2,
    mode: "rules",
    knownTestFailures: ["b"],
    testCommands: ["./prove", "make check"],
  });
});

test("what a project's file would loosen is told, and taken only of a project that the person trusts", () => {
  const project = `
policy: {diff_budget: "off", max_changed_files: 9, max_added_lines: 101, min_checks: 0}
grading: {failed_tests: recovered, mode: model, known_test_failures: [b, c], test_commands: [make check]}
`;
  const keys = [
    "policy.diff_budget",
    "policy.max_changed_files",
    "policy.max_added_lines",
    "policy.min_checks",
    "grading.failed_tests",
    "grading.known_test_failures",
    "grading.test_commands",
    "grading.mode",
  ];
  const stranger = resolved({ global: `${mine}projects: [{path: /elsewhere, trusted: true}, /home/me]`, project });
  expect(stranger.config.grading).toMatchObject({
    ...asPersonSays,
    knownTestFailures: ["b"],
    testCommands: ["./prove", "make check"],
  });
  expect(stranger.notices.map(({ key }) => key)).toEqual(keys);
  expect(stranger.notices[1]).toMatchObject({
    place: { file: "/home/me/project.yml", line: 2 },
    message:
      "can't loosen the global 8: set it in the global config.yml, for this repository alone in policy.repo_overrides, or give the project `trusted: true` there",
  });
  const trusted = resolved({ global: `${mine}projects: [{path: /home/me, trusted: true}]`, project });
  expect(trusted.config.grading).toMatchObject({
    diffBudget: "off",
    maxChangedFiles: 9,
    maxAddedLines: 101,
    minChecks: 0,
    failedTests: "recovered",
    mode: "model",
    knownTestFailures: ["b", "c"],
    testCommands: ["make check"],
  });
  expect(trusted.notices.map(({ key }) => key)).toEqual(keys);
  expect(trusted.notices[1]?.message).toBe("loosens the global 8, as this project is trusted");
});

test("a person lets agents publish; a project's file can forbid it, not allow it", () => {
  const allowing = "workflow: {allow_agent_push: true}";
  expect(resolved({ global: allowing }).config.grading.publishCommands).toEqual([]);
  const asked = resolved({ project: allowing });
  expect(asked.config.grading.publishCommands).toEqual(defaults.policy.publish_commands);
  expect(asked.notices.map(({ key }) => key)).toEqual(["workflow.allow_agent_push"]);
  const forbidden = resolved({ global: allowing, project: "workflow: {allow_agent_push: false}" });
  expect(forbidden.config.grading.publishCommands).toEqual(defaults.policy.publish_commands);
});

test("the third seed's policy file is understood as it is", () => {
  const text = JSON.stringify({
    run_agent_step: {
      codex_sandbox: "danger-full-access",
      skills_mode: "off",
      max_agent_seconds: 900,
      max_changed_files: 6,
      max_added_lines: 120,
      max_retryable_attempts: 3,
      min_test_commands: 1,
      runtime_grading_mode: "hybrid",
      known_test_failure_allowlist: [],
      success_event_stream_sample_pct: 15,
      success_state: "EXECUTING",
      on_retryable_state: "FAILED",
      on_human_review_state: "NEEDS_HUMAN_REVIEW",
      repo_overrides: {
        "acme/app": { max_added_lines: 10, runtime_grading_mode: "hybrid_llm", skills_mode: "agentpr" },
        "lib.js": { max_agent_seconds: 60, max_retryable_attempts: 0, min_test_commands: 0 },
      },
    },
    telegram_bot: { list_limit: 20 },
    github_webhook: { max_payload_bytes: 1_048_576 },
  });
  const { config } = resolved({ global: text });
  expect(config.grading).toMatchObject({ maxChangedFiles: 6, maxAddedLines: 120, minChecks: 1, mode: "hybrid" });
  expect(config.limits.wallMs).toBe(900_000);
  expect(config.retention.passedPercent).toBe(15);
  const of = (path: string, id: string): ReturnType<typeof projectSettings> =>
    projectSettings(config, { source: path, id: unwrap(parseProjectId(id)) });
  expect(config.routing.skillsMode).toBe("off");
  expect(of("/a", "acme/app").routing?.skillsMode).toBe("agentpr");
  expect(of("/c", "acme/other").routing?.skillsMode).toBe("off");
  const told = readConfigText({ path: "/config.yml", kind: "global", text, env: {} }).notices;
  expect(told.filter(({ key }) => key.endsWith("_state")).map(({ message }) => message)).toEqual([
    "is decided by merge.policy: what passed waits in review, or is merged",
    "is decided by orch, which tries again; workflow.class_failures: 1 brings a person at once",
    "is decided by orch: what needs a person becomes needs_review, and stays so",
  ]);
  expect(of("/a", "acme/app").grading).toMatchObject({ maxAddedLines: 10, maxChangedFiles: 6, mode: "model" });
  const library = of("/b", "other/lib.js");
  expect(library).toMatchObject({
    grading: { minChecks: 0 },
    limits: { wallMs: 60_000 },
    policy: { classFailures: 0 },
  });
  expect(of("/c", "acme/other").grading).toEqual(config.grading);
});

test.each([
  ["{acme/app: {max_tokens: 5}}", "policy.repo_overrides.acme/app.max_tokens"],
  ["{acme/app: {min_checks: -1}}", "policy.repo_overrides.acme/app.min_checks"],
])("an override that means nothing is a problem: %s", (overrides, key) => {
  const text = `policy: {repo_overrides: ${overrides}}`;
  const { problems } = readConfigText({ path: "/config.yml", kind: "global", text, env: {} });
  expect(problems.map((problem) => problem.key)).toEqual([key]);
});

test("overrides are the person's: a project's file has none", () => {
  const text = "policy: {repo_overrides: {acme/app: {max_changed_files: 900}}}";
  expect(resolved({ project: text }).config.repoOverrides).toEqual({});
});

test("the third seed's keys for what an agent's commands came to", () => {
  const text =
    "policy: {known_test_failure_allowlist: [npm run e2e], runtime_grading_mode: hybrid_llm, max_retryable_attempts: 2}";
  const { config } = resolved({ global: text });
  expect(config.grading).toMatchObject({ knownTestFailures: ["npm run e2e"], mode: "model", failedTests: "recovered" });
  expect(config.policy.classFailures).toBe(2);
  const { notices } = readConfigText({ path: "/config.yml", kind: "global", text, env: {} });
  expect(notices.map(({ message }) => message)).toEqual([
    "is called grading.known_test_failures now",
    "is called grading.mode now",
    "is called workflow.class_failures now",
  ]);
});
