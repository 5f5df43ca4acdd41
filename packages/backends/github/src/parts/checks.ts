import type { CheckState, Forge, ForgeCheck } from "@orch/core";

import type { Client } from "../client/client.ts";
import { checkRunShape, parse, statusShape } from "./shapes.ts";

type Parts = Pick<Forge, "checks" | "jobLog" | "rerunFailed">;

/** Conclusions after which nobody should go on (seed row C70). */
const FAILED: ReadonlySet<string> = new Set([
  "failure",
  "timed_out",
  "cancelled",
  "action_required",
  "startup_failure",
  "stale",
]);

const STATUSES: Readonly<Record<string, ForgeCheck["state"]>> = { success: "passing", pending: "pending" };

/** Check runs and commit statuses together, logs of jobs, and running them again. */
export function checkParts(client: Client): Parts {
  return {
    async checks(commit) {
      const [runs, statuses] = await Promise.all([
        client.list(`/commits/${commit}/check-runs?filter=latest`, { field: "check_runs" }),
        client.list(`/commits/${commit}/status`, { field: "statuses" }),
      ]);
      const last = new Map<string, ForgeCheck>();
      for (const body of runs) {
        const run = parse(checkRunShape, body);
        const url = run.html_url ?? run.details_url ?? undefined;
        // A job of Actions has its check run's own id.
        last.set(`run ${run.name}`, {
          name: run.name,
          state: runState(run),
          job: run.id,
          ...(url === undefined ? {} : { url }),
        });
      }
      for (const body of statuses) {
        const { context, state, target_url: url } = parse(statusShape, body);
        const known = STATUSES[state] ?? "failing";
        last.set(`status ${context}`, { name: context, state: known, ...(typeof url === "string" ? { url } : {}) });
      }
      const checks = [...last.values()];
      return { state: overall(checks), checks };
    },
    async jobLog({ job, maxBytes }) {
      const body = await client.get(`/actions/jobs/${job}/logs`, { lane: "housekeeping" });
      const text =
        Buffer.isBuffer(body) || body instanceof ArrayBuffer
          ? Buffer.from(body as ArrayBuffer)
          : Buffer.from(typeof body === "string" ? body : "");
      return text.subarray(Math.max(0, text.length - maxBytes)).toString("utf8");
    },
    async rerunFailed(commit) {
      const runs = await client.list(`/actions/runs?head_sha=${commit}`, { field: "workflow_runs" });
      const failed = runs
        .map((body) => body as { readonly id: number; readonly conclusion: string | null })
        .filter(({ conclusion }) => conclusion !== null && FAILED.has(conclusion));
      for (const { id } of failed) await client.write(`POST /actions/runs/${id}/rerun-failed-jobs`);
      return failed.length;
    },
  };
}

function runState({
  status,
  conclusion,
}: {
  readonly status: string;
  readonly conclusion?: string | null | undefined;
}): ForgeCheck["state"] {
  if (status !== "completed") return "pending";
  return FAILED.has(conclusion ?? "") ? "failing" : "passing";
}

function overall(checks: readonly ForgeCheck[]): CheckState {
  const order = ["failing", "pending", "passing"] as const;
  return order.find((state) => checks.some((check) => check.state === state)) ?? "none";
}
