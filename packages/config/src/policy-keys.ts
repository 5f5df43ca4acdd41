import { z } from "zod";

import { defaults } from "./defaults.ts";
import { allow } from "./gate-keys.ts";
import { count, duration, key, text, tokens, words } from "./written-values.ts";

const gradingMode = z.enum(["rules", "hybrid", "model"], "must be rules, hybrid or model");

const skillsMode = z.enum(["off", "agentpr", "agentpr_autonomous"], "must be off, agentpr or agentpr_autonomous");

const repoOverride = z.strictObject({
  max_changed_files: key(count, "As `policy.max_changed_files`."),
  max_added_lines: key(count, "As `policy.max_added_lines`."),
  min_checks: key(tokens, "As `policy.min_checks`."),
  mode: key(gradingMode, "As `grading.mode`."),
  skills_mode: key(skillsMode, "As `policy.skills_mode`."),
  known_test_failures: key(words, "As `grading.known_test_failures`."),
  timeout_seconds: key(duration, "As `workflow.timeout_seconds`."),
  class_failures: key(tokens, "As `workflow.class_failures`."),
  allow: key(allow, "Beside `gate.allow`."),
});

/** The keys of `policy`: what a change that passed is graded by. */
export const policy = z.strictObject({
  diff_budget: key(
    z.enum(["off", "warn", "enforce"], "must be off, warn or enforce"),
    "What becomes of a change over the figures below: nothing, a note, or a person has to look.",
    defaults.policy.diff_budget,
  ),
  max_changed_files: key(count, "Files that a change may touch.", defaults.policy.max_changed_files),
  max_added_lines: key(count, "Lines that a change may add.", defaults.policy.max_added_lines),
  min_checks: key(tokens, "Checks that have to prove a change.", defaults.policy.min_checks),
  skills_mode: key(
    skillsMode,
    "Which skills agents are given: none (`off`), `router.default_skills` and `workflow.required_skills` (`agentpr`), or what the classifier chooses besides (`agentpr_autonomous`); without it the last.",
  ),
  forbidden_commands: key(
    words,
    "Commands after which a person has to look: a program and its words, `a|b` for either. A project's file can only add to it.",
    defaults.policy.forbidden_commands,
  ),
  publish_commands: key(
    words,
    "Commands that are orch's alone, see `workflow.allow_agent_push`. A project's file can only add to it.",
    defaults.policy.publish_commands,
  ),
  repo_overrides: key(
    z.record(text, repoOverride),
    "Other figures for single repositories, by `owner/repo` or by a repository's name; only in the global file.",
  ),
});

/** The keys of `grading`: how what agents ran is weighed. */
export const grading = z.strictObject({
  failed_tests: key(
    z.enum(["strict", "recovered"], "must be strict or recovered"),
    "When a test that the agent ran failed: a person has to look, or (`recovered`) only when its last run failed, too, and no check that is a test passed.",
    defaults.grading.failed_tests,
  ),
  known_test_failures: key(
    words,
    "Test commands that are known to fail, as patterns like those of `policy.forbidden_commands`.",
  ),
  test_commands: key(words, "Commands that are tests, beside those that orch knows, as patterns."),
  mode: key(
    gradingMode,
    "When `policy.min_checks` is not met because a project has no tests: a person has to look (`rules`), a small change that a linter passed goes on (`hybrid`), or the model of `router.agent` is asked (`model`).",
    defaults.grading.mode,
  ),
});
