import { meaningOf, type Attempt, type Grade, type Verdict } from "@orch/core";

import type { Recommendation } from "./recommendation.ts";
import type { StageTimes } from "./stages.ts";

const MOST_HINTS = 5;
const SHOWN_COMMANDS = 3;
const OFTEN = 5;
const LARGE_SHARE = 0.5;
const LONG_MS = 60_000;

/** What an insight is written from. */
export interface InsightFacts {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
  readonly grade: Grade;
  readonly stages: readonly StageTimes[];
  readonly recommendation: Recommendation;
}

/** An attempt for whoever looks after the work, as Markdown: outcome, evidence, times, what to do, hints (seed row C56). */
export function insightOf(facts: InsightFacts): string {
  const { attempt, verdict, grade, stages, recommendation } = facts;
  const outcome = verdict.kind === "pass" ? "pass" : verdict.reason;
  const hints = hintsFor(facts);
  return [
    `# ${attempt.id}, attempt ${attempt.attempt}: ${outcome}`,
    grade.insight,
    ...(verdict.kind === "pass" ? [] : [plain(verdict.detail)]),
    "## Evidence",
    evidenceOf(attempt, grade).join("\n"),
    ...section("## Where the time went", stages.map(stageLine)),
    ...section("## Longest commands", (attempt.activity?.slowest ?? []).slice(0, SHOWN_COMMANDS).map(commandLine)),
    "## What to do",
    `${recommendation.action} (${recommendation.priority}): ${plain(recommendation.why)}`,
    ...section(
      "## Hints",
      hints.map((hint) => `- ${plain(hint)}`),
    ),
  ].join("\n\n");
}

function section(head: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [head, lines.join("\n")];
}

function evidenceOf({ usage, assignment }: Attempt, { evidence }: Grade): readonly string[] {
  const { checksPassed, checksFailed, changedFiles, addedLines, commands, failedCommands } = evidence;
  const { testCommands = 0, failedTests = 0 } = evidence;
  return [
    `- Agent: ${assignment.agent}`,
    `- Checks: ${checksPassed} passed, ${checksFailed} failed`,
    `- Change: ${changedFiles} files, ${addedLines} lines added`,
    `- Commands: ${commands}, of which ${failedCommands} failed; tests: ${testCommands}, of which ${failedTests} failed`,
    `- Tokens: ${usage.inputTokens} in (${usage.cachedInputTokens} cached), ${usage.outputTokens} out`,
  ];
}

function stageLine({ step, ms, share, attempts, p50Ms, p90Ms }: StageTimes): string {
  const over = attempts > 1 ? `; over ${attempts} attempts p50 ${seconds(p50Ms)}, p90 ${seconds(p90Ms)}` : "";
  return `- ${step}: ${seconds(ms)} (${Math.round(share * 100)} %)${over}`;
}

function commandLine({ command, ms }: { readonly command: string; readonly ms: number }): string {
  return `- ${seconds(ms)}: \`${plain(command).replaceAll("`", "'")}\``;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Words of an agent or of a program, on one line. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** At most five, the most telling first. */
function hintsFor(facts: InsightFacts): readonly string[] {
  const { attempt, verdict, grade } = facts;
  const told = verdict.kind === "pass" ? [] : [meaningOf(verdict.reason).hint];
  const untested = grade.evidence.checksPassed + grade.evidence.checksFailed === 0;
  return [
    ...told,
    ...grade.notes,
    ...(untested && verdict.kind === "pass" ? ["Configure checks, so that orch proves changes itself."] : []),
    ...timeHints(facts),
    ...habitHints(attempt),
  ].slice(0, MOST_HINTS);
}

function timeHints({ stages, attempt: { activity } }: InsightFacts): readonly string[] {
  const check = stages.find(({ step }) => step === "check");
  const [slowest] = activity?.slowest ?? [];
  const total = activity?.durations?.total ?? 0;
  return [
    ...(check !== undefined && check.share >= LARGE_SHARE && check.ms >= LONG_MS
      ? [`Checks took ${seconds(check.ms)}, most of the attempt: a quicker one first would tell sooner.`]
      : []),
    ...(slowest !== undefined && slowest.ms >= LONG_MS && slowest.ms >= total * LARGE_SHARE
      ? [`One command took ${seconds(slowest.ms)} of ${seconds(total)}: ${slowest.command}`]
      : []),
  ];
}

function habitHints({ activity }: Attempt): readonly string[] {
  const [often] = activity?.frequent ?? [];
  const { commands = 0, failedCommands = 0 } = activity ?? {};
  return [
    ...(often !== undefined && often.runs >= OFTEN
      ? [`The same command ran ${often.runs} times: ${often.command}`]
      : []),
    ...(commands >= OFTEN && failedCommands >= commands * LARGE_SHARE
      ? [`${failedCommands} of ${commands} commands failed: look whether the agent's tools are there.`]
      : []),
  ];
}
