import type { GradingRules } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import type { Config, RepoOverride } from "./config.ts";
import { defaults } from "./defaults.ts";
import { durationMs } from "./duration.ts";
import { filled, present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";
import type { KeyPath } from "./parse-document.ts";
import { allowedIn } from "./resolve-gate.ts";
import type { OwnAndProject } from "./resolve-sandbox.ts";

/** From the strictest on. */
const ORDERS = {
  diffBudget: ["enforce", "warn", "off"],
  failedTests: ["strict", "recovered"],
  mode: ["rules", "hybrid", "model"],
} as const;

/** What grades are worked out from. */
export interface GradingSource extends OwnAndProject {
  readonly findings: Findings;
  /** The person trusts whoever writes the repository. */
  readonly trusted: boolean;
}

/**
 * The policy that attempts are graded by. It is the person's to say: a project's own file makes it stricter, and where
 * the person does not trust the project it loosens nothing. What it would loosen is told in both cases.
 */
export function resolveGrading({ own, project, findings, trusted }: GradingSource): GradingRules {
  const policy = filled(defaults.policy, own.policy);
  const grading = filled(defaults.grading, own.grading);
  const [mine, asked] = [own.workflow?.allow_agent_push ?? false, project.workflow?.allow_agent_push];
  if (asked === true && !mine)
    findings.notice(["workflow", "allow_agent_push"], "can't be loosened by a project's file");
  const kept = (name: "forbidden_commands" | "publish_commands"): readonly string[] => [
    ...new Set([...(own.policy?.[name] ?? defaults.policy[name]), ...(project.policy?.[name] ?? [])]),
  ];
  const held = holder({ findings, trusted });
  const { policy: theirs = {}, grading: graded = {} } = project;
  return {
    diffBudget: held(["policy", "diff_budget"], byOrder(ORDERS.diffBudget, policy.diff_budget, theirs.diff_budget)),
    maxChangedFiles: held(["policy", "max_changed_files"], atMost(policy.max_changed_files, theirs.max_changed_files)),
    maxAddedLines: held(["policy", "max_added_lines"], atMost(policy.max_added_lines, theirs.max_added_lines)),
    minChecks: held(["policy", "min_checks"], atLeast(policy.min_checks, theirs.min_checks)),
    forbiddenCommands: kept("forbidden_commands"),
    failedTests: held(
      ["grading", "failed_tests"],
      byOrder(ORDERS.failedTests, grading.failed_tests, graded.failed_tests),
    ),
    knownTestFailures: held(
      ["grading", "known_test_failures"],
      noneBeside(grading.known_test_failures, graded.known_test_failures),
    ),
    testCommands: held(["grading", "test_commands"], allOf(grading.test_commands, graded.test_commands)),
    mode: held(["grading", "mode"], byOrder(ORDERS.mode, grading.mode, graded.mode)),
    publishCommands: mine && asked !== false ? [] : kept("publish_commands"),
  };
}

/** What a project's file asks for beside what the person says: as asked, and without what is looser. */
interface Asked<Value> {
  readonly mine: Value;
  readonly asked: Value;
  readonly strict: Value;
  readonly isLooser: boolean;
}

function holder({
  findings,
  trusted,
}: Pick<GradingSource, "findings" | "trusted">): <Value>(path: KeyPath, wish: Asked<Value>) => Value {
  return (path, { mine, asked, strict, isLooser }) => {
    if (!isLooser) return asked;
    const said = Array.isArray(mine) ? "the global list" : `the global ${String(mine)}`;
    findings.notice(
      path,
      trusted
        ? `loosens ${said}, as this project is trusted`
        : `can't loosen ${said}: set it in the global config.yml, for this repository alone in policy.repo_overrides, or give the project \`trusted: true\` there`,
    );
    return trusted ? asked : strict;
  };
}

function byOrder<Value extends string>(
  order: readonly Value[],
  mine: Value,
  asked: Value | undefined = mine,
): Asked<Value> {
  const isLooser = order.indexOf(asked) > order.indexOf(mine);
  return { mine, asked, strict: mine, isLooser };
}

function atMost(mine: number, asked = mine): Asked<number> {
  return { mine, asked, strict: mine, isLooser: asked > mine };
}

function atLeast(mine: number, asked = mine): Asked<number> {
  return { mine, asked, strict: mine, isLooser: asked < mine };
}

/** A list that only forgives: fewer words are stricter. */
function noneBeside(mine: readonly string[], asked = mine): Asked<readonly string[]> {
  const strict = asked.filter((word) => mine.includes(word));
  return { mine, asked, strict, isLooser: strict.length < asked.length };
}

/** A list that only demands: more words are stricter. */
function allOf(mine: readonly string[], asked = mine): Asked<readonly string[]> {
  const strict = [...new Set([...mine, ...asked])];
  return { mine, asked, strict, isLooser: mine.some((word) => !asked.includes(word)) };
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
