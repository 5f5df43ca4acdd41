import { trustRules, type AgentReport, type ExitCause, type Reason, type SessionExit, type TaskSpec } from "@orch/core";
import { isHardFailure } from "@orch/grading";

import type { StepContext } from "./context.ts";
import { endingFor, type Ending } from "./ending.ts";
import type { AgentEnd } from "./steps/run-agent.ts";

const LONGEST_TITLES = 500;

const limitReasons: Partial<Readonly<Record<ExitCause, Reason>>> = {
  wall: "wall_timeout",
  silence: "silence",
  no_progress: "no_progress",
  output: "output_limit",
  budget: "budget_exceeded",
  quota: "quota_exceeded",
  spawn_failed: "launch_failed",
  sandbox_unavailable: "sandbox_unavailable",
  stopped: "interrupted",
  supervisor_failed: "session_lost",
};

/**
 * What the agent's run says about itself, before anybody looks at its work. Undefined: it claims to be done, which the
 * receipts will prove or not (law 5). Unknown never counts as success (law 3).
 */
export function judgeAgent(context: StepContext, end: AgentEnd): Ending | undefined {
  if (end.kind === "lost") return endingFor("session_lost", end.why);
  const { exit, conclusion } = end;
  // A question without an answer ends in silence, and another attempt would only ask it again.
  const waits = exit.cause === "silence" && conclusion.failure?.class === "waiting_for_input";
  return (waits ? undefined : judgeExit(exit)) ?? judgeConclusion(context, end);
}

function judgeExit(exit: SessionExit): Ending | undefined {
  const reason = limitReasons[exit.cause];
  if (reason !== undefined) return endingFor(reason, exit.detail ?? `The session ended: ${exit.cause}.`);
  if (exit.survivors === 0) return undefined;
  const names = exit.left === undefined ? "" : `: ${exit.left.join(", ")}`;
  return endingFor("left_processes", `${counted(exit.survivors)} outlived the agent and had to be killed${names}.`, {
    lesson: "Stop every process that you start (servers, watchers) before you finish.",
  });
}

function counted(processes: number): string {
  return processes === 1 ? "A process" : `${processes} processes`;
}

function judgeConclusion(
  context: StepContext,
  { exit, conclusion, seen }: Extract<AgentEnd, { kind: "ended" }>,
): Ending | undefined {
  const { failure, report, reportProblem } = conclusion;
  if (failure !== undefined) {
    const more = failure.retryAt === undefined ? {} : { retryAt: failure.retryAt };
    const reason = context.deps.reasonFor(failure);
    return endingFor(reason === "agent_failed" ? failedAs(failure.message) : reason, failure.message, more);
  }
  if (reportProblem !== undefined) {
    return endingFor("invalid_output", `The final report can't be read: ${reportProblem}`, {
      lesson: `Your last report could not be read (${reportProblem}). Give exactly one JSON object as described.`,
    });
  }
  if (exit.cause === "signalled")
    return endingFor("agent_failed", `The agent was ended by ${exit.signal ?? "a signal"}.`);
  if ((exit.code ?? 1) !== 0)
    return endingFor(failedAs(seen.words ?? ""), `The agent ended with exit code ${exit.code ?? "unknown"}.`);
  return report === undefined ? undefined : (waitsForParts(report, context.run.task) ?? judgeReport(report));
}

/** What others have to do first, when the agent handed parts of its task out. */
export function delegatedIn(report: AgentReport | undefined, task: TaskSpec): Ending | undefined {
  const parts = report?.delegations ?? [];
  if (parts.length === 0 || !trustRules(task).writes) return undefined;
  const titles = parts.map(({ title }) => title).join("; ");
  return endingFor("delegated", `${parts.length} parts were handed out: ${titles.slice(0, LONGEST_TITLES)}`);
}

function failedAs(words: string): Reason {
  return isHardFailure(words) ? "hard_failure" : "agent_failed";
}

/** A result that is there does not wait for what its agent hands on beside it, and a question comes first. */
function waitsForParts(report: AgentReport, task: TaskSpec): Ending | undefined {
  return report.status === "in_progress" || report.status === "blocked" ? delegatedIn(report, task) : undefined;
}

function judgeReport(report: AgentReport): Ending | undefined {
  switch (report.status) {
    case "done":
      return undefined;
    case "in_progress":
      return endingFor("agent_incomplete", report.remaining.join("; ") || report.summary || "Work remains.");
    case "blocked":
      return endingFor(
        "agent_blocked",
        report.blockers.join("; ") || report.reason || report.summary || "It did not say why.",
      );
    case "needs_review":
      return endingFor(
        "agent_asked",
        report.needsHelp || report.reason || report.summary || "It did not say what it needs.",
      );
  }
}
