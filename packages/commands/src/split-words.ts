import { err, ok, orchError, type OrchError, type Result } from "@orch/core";

const SCRIPT = "Nothing is run through a shell: put it into a script, and name the script here.";
const OPERATORS = "|&;<>()\n\r";

/**
 * Splits a command line into an argument array: blanks separate, single quotes keep everything, double quotes keep all
 * but `\"` and `\\`, a backslash outside quotes takes the next character as it is. What only a shell could do
 * (operators, `$`, backquotes, `NAME=value` in front) is refused with `usage`, never passed on as if it worked.
 */
export function splitWords(text: string): Result<readonly string[], OrchError> {
  const words: string[] = [];
  let word: string | undefined;
  let position = 0;
  while (position < text.length) {
    const piece = readPiece(text, position);
    if (!piece.ok) return piece;
    if (piece.value.text === undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + piece.value.text;
    position = piece.value.next;
  }
  if (word !== undefined) words.push(word);
  if (words.length === 0 || words[0] === "") return refuse("the command is empty", "Give a program and its arguments.");
  if (/^[A-Za-z_]\w*=/.test(words[0] ?? "")) return refuse("the command begins with a variable assignment", SCRIPT);
  return ok(words);
}

/** A run of characters; without text it was a blank. */
interface Piece {
  readonly text?: string;
  readonly next: number;
}

function readPiece(text: string, start: number): Result<Piece, OrchError> {
  const character = text.charAt(start);
  if (character === " " || character === "\t") return ok({ next: start + 1 });
  if (character === "'") return readSingle(text, start);
  if (character === '"') return readDouble(text, start);
  if (character === "\\") {
    if (start + 1 >= text.length) return refuse("the command ends with a backslash", "Remove it, or quote it.");
    return ok({ text: text.charAt(start + 1), next: start + 2 });
  }
  if (OPERATORS.includes(character) || isExpansion(character)) return refuseShell(character);
  return ok({ text: character, next: start + 1 });
}

function readSingle(text: string, start: number): Result<Piece, OrchError> {
  const end = text.indexOf("'", start + 1);
  if (end < 0) return refuse("a single quote is not closed", "Close it, or write \\' for the character itself.");
  return ok({ text: text.slice(start + 1, end), next: end + 1 });
}

function readDouble(text: string, start: number): Result<Piece, OrchError> {
  let content = "";
  for (let position = start + 1; position < text.length; position += 1) {
    const character = text.charAt(position);
    const following = text.charAt(position + 1);
    if (character === '"') return ok({ text: content, next: position + 1 });
    if (isExpansion(character)) return refuseShell(character);
    if (character === "\\" && following !== "" && '"\\$`'.includes(following)) {
      content += following;
      position += 1;
    } else content += character;
  }
  return refuse("a double quote is not closed", 'Close it, or write \\" for the character itself.');
}

function isExpansion(character: string): boolean {
  return character === "$" || character === "`";
}

function refuseShell(character: string): Result<never, OrchError> {
  return refuse(`the command uses ${JSON.stringify(character)}, which only a shell understands`, SCRIPT);
}

function refuse(message: string, hint: string): Result<never, OrchError> {
  return err(orchError("usage", message, { hint }));
}

/** The command line that `splitWords` reads back as these words; for showing, never for a shell. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
