import type { ProtocolHost } from "@orch/core";

/** The questions of a conversation that wait for an answer, by the id that they were told with. */
type OpenQuestions = Pick<Map<string, unknown>, "keys" | "delete">;

/** Takes one question for taken back by the agent, if it is still open. */
export function withdrawQuestion(host: Pick<ProtocolHost, "emit">, open: OpenQuestions, id: string): void {
  if (open.delete(id)) host.emit({ type: "permission:withdrawn", id });
}

/** Takes all that are still open for taken back, as when the turn that asked them has ended. */
export function withdrawQuestions(host: Pick<ProtocolHost, "emit">, open: OpenQuestions): void {
  for (const id of open.keys()) withdrawQuestion(host, open, id);
}
