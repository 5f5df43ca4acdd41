import { err, nearest, ok, orchError, type OrchError, type Result } from "@orch/core";

import { findVerb, verbGroups, verbWords, type AnyVerb } from "./registry.ts";
import { kebab, maxTextOf, type Param, type Params, type Verb } from "./spec.ts";

/** The value of one argument. */
export type ArgumentValue = string | number | boolean | readonly string[];

/** What the flags say that every verb takes. */
export interface GlobalFlags {
  readonly json: boolean;
  readonly color: boolean;
  /** `--project`, as written. */
  readonly project?: string;
}

/** What the words of a command line ask for. */
export type Call =
  | { readonly kind: "version"; readonly global: GlobalFlags }
  /** `topic` is a verb, the first word of several verbs, or nothing. */
  | { readonly kind: "help"; readonly topic?: AnyVerb | string; readonly global: GlobalFlags }
  | {
      readonly kind: "verb";
      readonly verb: AnyVerb;
      readonly values: Readonly<Record<string, ArgumentValue>>;
      readonly global: GlobalFlags;
    };

/** The flags that every verb takes. */
export const globalParams = {
  json: { kind: "boolean", summary: "Print one JSON document" },
  color: { kind: "boolean", summary: "Colour on terminals; --no-color turns it off" },
  project: { kind: "text", summary: "The project, instead of the one you are in", shows: "owner/repo|path", max: 4096 },
  help: { kind: "boolean", summary: "Show help", short: "h" },
  version: { kind: "boolean", summary: "Show the version", short: "V" },
} as const satisfies Params;

type Failable<Value> = Result<Value, OrchError>;

interface Scan {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads a command line (without the program's name). Everything wrong with it is a `usage` error with a hint; nothing is
 * thrown, whatever the words are.
 */
export function parseCall(argv: readonly string[]): Failable<Call> {
  const found = findVerbWords(argv);
  const scan = scanTokens(found.rest, { ...found.verb?.flags, ...globalParams }, found.verb);
  if (!scan.ok) return found.verb === undefined && found.words.length > 0 ? unknownVerb(found.words) : scan;
  const { flags, words } = scan.value;
  const project = flags.get("project")?.at(-1);
  const global = {
    json: isOn(flags, "json", false),
    color: isOn(flags, "color", true),
    ...(project === undefined ? {} : { project }),
  };
  if (isOn(flags, "version", false)) return ok({ kind: "version", global });
  if (found.words[0] === "help") return helpOn(found.words.slice(1), global);
  if (found.verb === undefined) {
    if (found.words.length === 0) return ok({ kind: "help", global });
    const [group = ""] = found.words;
    if (found.words.length === 1 && verbGroups().includes(group)) return ok({ kind: "help", topic: group, global });
    return unknownVerb(found.words);
  }
  if (isOn(flags, "help", false)) return ok({ kind: "help", topic: found.verb, global });
  return valuesOf(found.verb, { words, flags }, global);
}

/** The arguments of one verb, without the verb's own words, as JSON values. */
function valuesOf(verb: AnyVerb, scan: Scan, global: GlobalFlags): Failable<Call> {
  const values: Record<string, ArgumentValue> = {};
  const placed = placeWords(verb, scan.words);
  if (!placed.ok) return placed;
  const params: Params = { ...verb.positionals, ...verb.flags };
  const given = [...placed.value, ...[...scan.flags].filter(([key]) => !(key in globalParams))];
  for (const [key, texts] of given) {
    const param = params[key];
    if (param === undefined) continue;
    const value = readValue(param, { label: labelOf(verb, key), texts });
    if (!value.ok) return value;
    values[key] = value.value;
  }
  return ok({ kind: "verb", verb, values, global });
}

/** The longest verb at the beginning, looking past global flags; `rest` is everything that is not its words. */
function findVerbWords(argv: readonly string[]): {
  readonly verb?: AnyVerb;
  readonly words: readonly string[];
  readonly rest: readonly string[];
} {
  const places: number[] = [];
  for (let index = 0; index < argv.length && places.length < 3; index += 1) {
    const token = argv[index] ?? "";
    if (token === "--") break;
    if (token === "--project") index += 1;
    else if (!token.startsWith("-")) places.push(index);
  }
  const first = argv[places[0] ?? -1];
  const two = `${first} ${argv[places[1] ?? -1]}`;
  const verb = findVerb(two);
  const count = verb === undefined ? 1 : 2;
  const chosen = verb ?? (first === undefined ? undefined : findVerb(first));
  if (chosen === undefined) {
    const words = places.map((place) => argv[place] ?? "");
    return { words, rest: argv.filter((_, index) => !places.includes(index)) };
  }
  const used = places.slice(0, count);
  return { verb: chosen, words: [chosen.name], rest: argv.filter((_, index) => !used.includes(index)) };
}

function helpOn(words: readonly string[], global: GlobalFlags): Failable<Call> {
  if (words.length === 0) return ok({ kind: "help", global });
  const topic = findVerb(words.join(" ")) ?? words.find((word) => verbGroups().includes(word));
  return topic === undefined ? unknownVerb(words) : ok({ kind: "help", topic, global });
}

function unknownVerb(words: readonly string[]): Failable<never> {
  const said = words.slice(0, 2).join(" ");
  const guess = nearest(said, verbWords()) ?? nearest(words[0] ?? "", [...verbWords(), ...verbGroups()]);
  const group = verbGroups().find((name) => name === words[0]);
  const help = group === undefined ? "orch help" : `orch help ${group}`;
  const hint = guess === undefined ? `See: ${help}` : `Did you mean: orch ${guess}? See also: ${help}`;
  return err(orchError("usage", `there is no command ${quote(said)}`, { hint }));
}

function scanTokens(tokens: readonly string[], params: Params, verb: Verb | undefined): Failable<Scan> {
  const words: string[] = [];
  const flags = new Map<string, readonly string[]>();
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] ?? "";
    if (token === "--") {
      words.push(...tokens.slice(index + 1));
      break;
    }
    if (!isFlag(token)) {
      words.push(token);
      continue;
    }
    const flag = readFlag(token, params, verb);
    if (!flag.ok) return flag;
    const { key, param } = flag.value;
    let { text } = flag.value;
    if (text === undefined) {
      index += 1;
      text = tokens[index];
    }
    if (text === undefined) return refuse(`${quote(token)} needs a value`, verb);
    const before = flags.get(key) ?? [];
    if (before.length > 0 && param.many !== true && param.kind !== "boolean") {
      return refuse(`--${kebab(key)} is given twice`, verb);
    }
    flags.set(key, [...before, text]);
  }
  return ok({ words, flags });
}

function isFlag(token: string): boolean {
  return token.length > 1 && token.startsWith("-") && !/^-\d/.test(token);
}

interface FoundFlag {
  readonly key: string;
  readonly param: Param;
  /** Absent: the next word is the value. */
  readonly text: string | undefined;
}

function readFlag(token: string, params: Params, verb: Verb | undefined): Failable<FoundFlag> {
  const cut = token.indexOf("=");
  const name = cut < 0 ? token : token.slice(0, cut);
  const inline = cut < 0 ? undefined : token.slice(cut + 1);
  const entries = Object.entries(params);
  const byName = entries.find(([key, param]) => name === `--${kebab(key)}` || name === `-${param.short}`);
  if (byName !== undefined) {
    const [key, param] = byName;
    if (param.kind !== "boolean") return ok({ key, param, text: inline });
    return inline === undefined ? ok({ key, param, text: "true" }) : refuse(`${quote(name)} takes no value`, verb);
  }
  const negated = entries.find(([key, param]) => name === `--no-${kebab(key)}` && param.kind === "boolean");
  if (negated !== undefined && inline === undefined) return ok({ key: negated[0], param: negated[1], text: "false" });
  const guess = nearest(
    name.replace(/^-+/, ""),
    entries.map(([key]) => kebab(key)),
  );
  const hint = guess === undefined ? helpHint(verb) : `Did you mean --${guess}? ${helpHint(verb)}`;
  return err(orchError("usage", `there is no flag ${quote(name)}`, { hint }));
}

function placeWords(verb: Verb, all: readonly string[]): Failable<readonly (readonly [string, readonly string[]])[]> {
  const placed: (readonly [string, readonly string[]])[] = [];
  const left = [...all];
  for (const [key, param] of Object.entries(verb.positionals)) {
    const words = left.splice(0, param.joined === true || param.many === true ? left.length : 1);
    const taken = param.joined === true ? [words.join(" ")].filter((text) => text !== "") : words;
    if (taken.length === 0 && param.required === true) return refuse(`${labelOf(verb, key)} is missing`, verb);
    if (taken.length > 0) placed.push([key, taken]);
  }
  const [extra] = left;
  return extra === undefined ? ok(placed) : refuse(`${quote(extra)} is one word too many`, verb);
}

function readValue(
  param: Param,
  { label, texts }: { readonly label: string; readonly texts: readonly string[] },
): Failable<ArgumentValue> {
  const last = texts.at(-1) ?? "";
  if (param.kind === "boolean") return ok(last === "true");
  if (param.kind === "integer") return readInteger(param, { label, text: last });
  for (const text of texts) {
    if (param.choices !== undefined && !param.choices.includes(text)) {
      const guess = nearest(text, param.choices);
      const hint = `${guess === undefined ? "" : `Did you mean ${guess}? `}It can be: ${param.choices.join(", ")}.`;
      return err(orchError("usage", `${label} can't be ${quote(text)}`, { hint }));
    }
    if (text.length > maxTextOf(param)) {
      const hint = `At most ${maxTextOf(param)}; longer text belongs into --body.`;
      return err(orchError("usage", `${label} has ${text.length} characters`, { hint }));
    }
  }
  return ok(param.many === true ? texts : last);
}

function readInteger(
  param: Param,
  { label, text }: { readonly label: string; readonly text: string },
): Failable<number> {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  const least = param.min ?? 0;
  const most = param.max ?? Number.MAX_SAFE_INTEGER;
  if (value >= least && value <= most) return ok(value);
  return err(
    orchError("usage", `${label} can't be ${quote(text)}`, { hint: `A whole number from ${least} to ${most}.` }),
  );
}

function labelOf(verb: Verb, key: string): string {
  return key in verb.positionals ? `<${kebab(key)}>` : `--${kebab(key)}`;
}

function isOn(flags: ReadonlyMap<string, readonly string[]>, key: string, usual: boolean): boolean {
  const text = flags.get(key)?.at(-1);
  return text === undefined ? usual : text === "true";
}

function refuse(message: string, verb: Verb | undefined): Failable<never> {
  return err(orchError("usage", message, { hint: helpHint(verb) }));
}

function helpHint(verb: Verb | undefined): string {
  return verb === undefined ? "See: orch help" : `See: orch ${verb.name} --help`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
