import type { GradingRules } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import type { Config, RepoOverride } from "./config.ts";
import { defaults } from "./defaults.ts";
import { durationMs } from "./duration.ts";
import { filled, present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";
import { allowedIn } from "./resolve-gate.ts";
import type { OwnAndProject } from "./resolve-sandbox.ts";

/**
 * The policy that attempts are graded by. What agents may not do is the person's to say: a project's own file adds to
 * it, and takes nothing away.
 */
export function resolveGrading(
  file: ConfigFile,
  { own, project, findings }: OwnAndProject & { readonly findings: Findings },
): GradingRules {
  const policy = filled(defaults.policy, file.policy);
  const grading = filled(defaults.grading, file.grading);
  const [mine, asked] = [own.workflow?.allow_agent_push ?? false, project.workflow?.allow_agent_push];
  if (asked === true && !mine)
    findings.notice(["workflow", "allow_agent_push"], "can't be loosened by a project's file");
  const kept = (name: "forbidden_commands" | "publish_commands"): readonly string[] => [
    ...new Set([...(own.policy?.[name] ?? defaults.policy[name]), ...(project.policy?.[name] ?? [])]),
  ];
  return {
    diffBudget: policy.diff_budget,
    maxChangedFiles: policy.max_changed_files,
    maxAddedLines: policy.max_added_lines,
    minChecks: policy.min_checks,
    forbiddenCommands: kept("forbidden_commands"),
    failedTests: grading.failed_tests,
    knownTestFailures: grading.known_test_failures,
    testCommands: grading.test_commands,
    mode: grading.mode,
    publishCommands: mine && asked !== false ? [] : kept("publish_commands"),
  };
}

/** What the person wants otherwise for single repositories (seed row C62). */
export function resolveOverrides(own: ConfigFile): Config["repoOverrides"] {
  const written = Object.entries(own.policy?.repo_overrides ?? {});
  return Object.fromEntries(written.map(([repository, over]) => [repository, overrideOf(over)]));
}

type WrittenOverride = NonNullable<NonNullable<ConfigFile["policy"]>["repo_overrides"]>[string];

function overrideOf(over: WrittenOverride): RepoOverride {
  return {
    grading: present({
      maxChangedFiles: over.max_changed_files,
      maxAddedLines: over.max_added_lines,
      minChecks: over.min_checks,
      mode: over.mode,
      knownTestFailures: over.known_test_failures,
    }),
    ...present({
      wallMs: over.timeout_seconds === undefined ? undefined : durationMs(over.timeout_seconds),
      skillsMode: over.skills_mode,
      classFailures: over.class_failures,
      allowed: allowedIn(over.allow),
    }),
  };
}
