import { isMapping } from "./mapping.ts";
import type { KeyPath, ParsedDocument } from "./parse-document.ts";

const NAMED: ReadonlySet<string> = new Set(["secret", "private_key"]);
const WORDS: ReadonlySet<string> = new Set(["args", "command"]);
const SURE =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|(?:^|[_.-])(?:PASS|PWD|KEY|PAT|JWT|COOKIE|CREDENTIALS?))(?:[_-]?\d+)?$/i;
const NO_SECRETS = /(?:^|[_.-])(?:ENV|PUBLIC|CACHE)[_-]?KEY(?:[_-]?\d+)?$/i;
/** Options, places of files, numbers, and words of a setting. */
const NO_KEY = /^(?:-.*|(?:~|\.{1,2})?\/.*|[\d.,_]+[km]?|true|false|yes|no|on|off|none|auto|null)$/is;
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/**
 * Where a file surely holds a secret itself: a key's value, a variable whose name says so, a word behind `--api-key`,
 * the password of an address. As a file is refused for it, this is narrower than what is kept out of sight
 * (`looksSecret`, `secretWord`). What comes from the environment (`${NAME}`) is not held. Undefined: there is none.
 */
export function heldSecret(parsed: ParsedDocument): KeyPath | undefined {
  return secretBelow(parsed.value, { path: [], parsed });
}

function secretBelow(
  value: unknown,
  at: { readonly path: KeyPath; readonly parsed: ParsedDocument },
): KeyPath | undefined {
  const { path, parsed } = at;
  if (typeof value === "string") return isSecret(value, at) ? path : undefined;
  for (const [name, inner] of entriesOf(value)) {
    const inside = [...path, name];
    const isWord = Array.isArray(value) && WORDS.has(String(path.at(-1))) && !parsed.isInterpolated(inside);
    if (isWord && typeof name === "number" && isSecretWord(value, name)) return inside;
    const found = secretBelow(inner, { path: inside, parsed });
    if (found !== undefined) return found;
  }
  return undefined;
}

function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return [...value.entries()];
  return isMapping(value) ? Object.entries(value) : [];
}

function isSecret(
  text: string,
  { path, parsed }: { readonly path: KeyPath; readonly parsed: ParsedDocument },
): boolean {
  if (text === "" || parsed.isInterpolated(path)) return false;
  const names = path.filter((part) => typeof part === "string");
  const [name = "", above] = [names.at(-1), names.at(-2)];
  return NAMED.has(name) || (above === "env" && isSureSecret(name, text)) || hasPassword(text);
}

/** `--token value`, `--token=value`, `TOKEN=value`, `table.token="value"`. */
function isSecretWord(words: readonly unknown[], index: number): boolean {
  const [earlier, word] = [words[index - 1], words[index]];
  if (typeof word !== "string") return false;
  if (typeof earlier === "string" && /^-[^=]*$/.test(earlier) && isSureSecret(earlier, word)) return true;
  const [, name = "", value = ""] = /^([^=\s]{1,100})=(.*)$/s.exec(word) ?? [];
  return isSureSecret(name, value.replaceAll(/^["']|["']$/g, ""));
}

function isSureSecret(name: string, value: string): boolean {
  if (value === "" || NO_KEY.test(value) || VARIABLE.test(value)) return false;
  return SURE.test(name) && !NO_SECRETS.test(name);
}

/** A user's name alone is none: `ssh://git@host`. */
function hasPassword(text: string): boolean {
  return URL.canParse(text) && new URL(text).password !== "";
}
