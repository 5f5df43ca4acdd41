/** How Claude Code hands on what a person says in the middle of a turn. */
const IN_MID_TURN =
  /The user sent a new message while you were working:\n([\s\S]*?)\n\nThis is how Claude Code surfaces messages/g;
/** What programs tell the model on their own account. */
const ASIDE = /^(?:<system-reminder>|\[SUGGESTION MODE)/;

type Json = Readonly<Record<string, unknown>>;

/**
 * What a model was told by people after their task, in order, as the body of a request in any of the three interfaces
 * has it; undefined when the request is about something else, such as a name for the conversation.
 */
export function toldAfter(task: string, body: Json): readonly string[] | undefined {
  const entries = [body["messages"], body["input"]].find(Array.isArray) as readonly Json[] | undefined;
  const told = (entries ?? []).flatMap((entry) => textsIn(entry["content"]).flatMap((text) => wordsOf(entry, text)));
  const begins = told.findIndex((text) => text.endsWith(task));
  return begins === -1 ? undefined : told.slice(begins + 1);
}

function textsIn(content: unknown): readonly string[] {
  if (typeof content === "string") return [content];
  if (!Array.isArray(content)) return [];
  return (content as readonly Json[]).flatMap(({ text }) => (typeof text === "string" ? [text] : []));
}

function wordsOf({ role }: Json, text: string): readonly string[] {
  const midTurn = [...text.matchAll(IN_MID_TURN)].map(([, said = ""]) => said);
  if (midTurn.length > 0) return midTurn;
  return role === "user" && !ASIDE.test(text) ? [text] : [];
}
