import { contentOf, hashToken, orchError, type BranchResult, type Task } from "@orch/core";
import { resultGate } from "@orch/engine";

import { act, settledMerge } from "./move-tasks.ts";
import { needTask, projectOf } from "./place.ts";
import type { ApiServices, Handlers } from "./services.ts";
import { viewTask } from "./views.ts";

const TOKEN_BYTES = 16;
const DEFAULT_MINUTES = 30;
const MINUTE_MS = 60_000;

/** Gives tokens out that approve results, and takes them. */
export const approveTaskHandlers: Handlers<"task merge" | "task request-pr" | "task approve"> = {
  async "task merge"(services, args, caller) {
    const asked = await needTask(services, args.task, args);
    const event = { type: "merge:requested", by: caller.actor } as const;
    const task = await act(services, asked, { event, actor: caller.actor, idempotencyKey: args.idempotencyKey });
    return { task: viewTask(await settledMerge(services, task)) };
  },
  async "task request-pr"(services, args, { actor }) {
    const task = await needTask(services, args.task, args);
    const result = resultOf(task);
    const { failed, warnings } = await gateOf(services, { task, result });
    const token = services.random.token(TOKEN_BYTES);
    const expiresAt = services.clock.now() + (args.minutes ?? DEFAULT_MINUTES) * MINUTE_MS;
    const content = contentOf(task, result);
    const { base, branch, commit } = result;
    const event = { type: "approval:offered", by: actor, hash: hashToken(token), commit, content, expiresAt } as const;
    const offered = viewTask(await act(services, task, { event, actor }));
    const shown = token.replaceAll(/(.{4})(?=.)/g, "$1-");
    return { task: offered, token: shown, expiresAt, base, branch, commit, content, failed, warnings };
  },
  async "task approve"(services, args, caller) {
    const { token, bypassGate, allowExpired } = args;
    if (token === undefined) {
      if (bypassGate !== true && allowExpired !== true) {
        return approveTaskHandlers["task merge"](services, args, caller);
      }
      const what = bypassGate === true ? "bypass the gate" : "have expired";
      throw orchError("usage", `only a token can ${what}`, { hint: "Ask for one: orch task request-pr." });
    }
    const task = await needTask(services, args.task, args);
    if (bypassGate !== true) await passGate(services, task);
    const { actor } = caller;
    const past = {
      ...(bypassGate === true ? { pastGate: true as const } : {}),
      ...(allowExpired === true ? { pastExpiry: true as const } : {}),
    };
    const event = { type: "approval:given", by: actor, hash: hashToken(token), ...past } as const;
    const approved = await act(services, task, { event, actor, idempotencyKey: args.idempotencyKey });
    return { task: viewTask(await settledMerge(services, approved)) };
  },
};

function resultOf(task: Task): BranchResult {
  if ((task.status === "in_review" || task.status === "needs_review") && task.result !== undefined) return task.result;
  throw orchError("move_refused", `${task.id} is ${task.status} and has no result that waits for a person`, {
    hint: `See how it stands: orch task get ${task.id}`,
  });
}

async function gateOf(
  services: ApiServices,
  { task, result }: { readonly task: Task; readonly result: BranchResult },
): Promise<ReturnType<typeof resultGate>> {
  const ref = { project: task.project, id: task.id, attempt: result.attempt };
  const attempt = await services.store.attempt(ref);
  // An earlier orch's pull request has no attempt behind it: nothing is known of it.
  if (attempt === undefined) return { failed: ["missing_digest"], warnings: [], blocks: false };
  const receipts = await services.store.receipts(ref);
  return resultGate({ task, attempt, receipts, project: projectOf(services, task) });
}

/** The definition is evaluated again when somebody approves, for the project's settings may be others by then. */
async function passGate(services: ApiServices, task: Task): Promise<void> {
  if ((task.status !== "in_review" && task.status !== "needs_review") || task.result === undefined) return;
  const { blocks, failed } = await gateOf(services, { task, result: task.result });
  if (!blocks) return;
  throw orchError("gate_failed", `${task.id} is not done by the definition: ${failed.join(", ")}`, {
    hint: "Mend what the codes name, or approve it all the same: --bypass-gate.",
  });
}
