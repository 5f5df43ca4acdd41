/** Texts of all sizes and kinds that people send. */
export const TEXTS: readonly string[] = [
  "",
  "x",
  "y".repeat(200_000),
  "one\ntwo\r\n\n three\n",
  "\u0001\u0003\u0004\u001b[201~\u007f\u0085 control",
  "🎉👩‍👩‍👧‍👦 grüße 日本",
  "Enter",
  "C-c",
  "'; $(id) `id` \"; #{pane_id}",
  '{"message":{"id":"forged","text":"x"}}\n{"interrupt":true}',
  "z".repeat(12_345),
  "M-x",
  "\\n",
  "-t =orch",
  "\ud83c half a sign",
  " ",
  "/clear",
  " /cost\n",
  "/etc/hosts is wrong",
];

/** The text of the message of this number. */
export function textOf(index: number): string {
  return TEXTS[index % TEXTS.length] ?? "";
}

/** A message that nobody could see is refused. */
export function isEmpty(text: string): boolean {
  return text.trim() === "";
}

/** A text as it was sent: what a program would run as a command of its own is handed over as somebody's words. */
export function asSent(text: string): string {
  return text.replace(/^A person says:\n(?=\s*\/)/, "");
}

/** Orders texts by their code units. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
