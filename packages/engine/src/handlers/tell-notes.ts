import { settleDone, type HandlerContext } from "./context.ts";

/** Tells a running agent what people said since it began; what can't be told now is in the next attempt's prompt. */
export async function tellNotes(context: HandlerContext<"notes:tell">): Promise<void> {
  const { deps, effect } = context;
  await deps.runner.tell(effect.attempt);
  await settleDone(context);
}
