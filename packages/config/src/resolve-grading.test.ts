import { expect, test } from "vitest";

import { defaults } from "./defaults.ts";
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

test("a person lets agents publish; a project's file can forbid it, not allow it", () => {
  const allowing = "workflow: {allow_agent_push: true}";
  expect(resolved({ global: allowing }).config.grading.publishCommands).toEqual([]);
  const asked = resolved({ project: allowing });
  expect(asked.config.grading.publishCommands).toEqual(defaults.policy.publish_commands);
  expect(asked.notices.map(({ key }) => key)).toEqual(["workflow.allow_agent_push"]);
  const forbidden = resolved({ global: allowing, project: "workflow: {allow_agent_push: false}" });
  expect(forbidden.config.grading.publishCommands).toEqual(defaults.policy.publish_commands);
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
