import { CONTRACT, CONTRACT_HEADER } from "@orch/api";
import { asOrchError, errorTable, type Logger, type OrchError } from "@orch/core";

const headers = { [CONTRACT_HEADER]: String(CONTRACT), "cache-control": "no-store" };

/** The answer to a call that worked. */
export function dataAnswer(data: unknown): Response {
  return Response.json({ data }, { headers });
}

/** The answer to a call that did not: what any thrown value means, by the error table. Bugs are logged, and shown without their insides. */
export function errorAnswer(thrown: unknown, logger: Logger): Response {
  const error = asOrchError(thrown);
  if (error.code === "internal") logger.error({ error: thrown }, "A request failed because of a bug.");
  return Response.json({ error: errorBody(error) }, { status: statusOf(error), headers });
}

/** An error as the contract writes it. */
export function errorBody(error: OrchError): { code: string; message: string; hint?: string } {
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The head of an answer that carries a stream of events. */
export const streamHeaders = { ...headers, "content-type": "text/event-stream" };

function statusOf(error: OrchError): number {
  if (error.code === "internal") return 500;
  if (error.code === "conflict" || error.code === "move_refused") return 409;
  const { exit } = errorTable[error.code];
  if (exit === 2) return 400;
  return exit === 3 ? 404 : 422;
}
