/** Who may use a verb: readers look, writers move tasks, admins change or stop the daemon itself. */
export type Tier = "read" | "write" | "admin";

/** Where a verb exists. `cli` alone: the command line does it itself; `api`: the daemon has a handler. */
export type Surface = "cli" | "api" | "chat";

/** One positional argument or flag. Its key in the verb is its JSON name; the command line shows it in kebab case. */
export interface Param {
  readonly kind: "text" | "integer" | "boolean";
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly required?: true;
  /** May be given several times, a positional argument as all words that are left; the value is a list. */
  readonly many?: true;
  /** Several words on the command line become one text. */
  readonly joined?: true;
  /** A text must be one of these. */
  readonly choices?: readonly string[];
  /** One letter, for flags. */
  readonly short?: string;
  /** What help shows for the value. */
  readonly shows?: string;
  /** Longest text in characters (200 unless said), or largest integer. */
  readonly max?: number;
  /** Smallest integer; 0 unless said. */
  readonly min?: number;
}

/** The parameters of a verb, in order. */
export type Params = Readonly<Record<string, Param>>;

/** A verb of orch, said once for every surface. */
export interface Verb {
  /** One or two words, such as `task add`. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** One sentence without a full stop. */
  readonly summary: string;
  /** Paragraphs below the summary. */
  readonly help?: string;
  readonly examples: readonly string[];
  readonly tier: Tier;
  readonly surfaces: readonly Surface[];
  /** True: the verb is about a project, so it takes `project` and `folder` as well. */
  readonly inProject: boolean;
  readonly positionals: Params;
  readonly flags: Params;
}

type Base<P extends Param> = P["kind"] extends "integer" ? number : P["kind"] extends "boolean" ? boolean : string;
type Choice<P extends Param> = P extends { readonly choices: readonly (infer Word)[] } ? Word : Base<P>;
type Value<P extends Param> = P extends { readonly many: true } ? readonly Choice<P>[] : Choice<P>;

type RequiredKeys<Ps extends Params> = {
  [Key in keyof Ps]: Ps[Key] extends { readonly required: true } ? Key : never;
}[keyof Ps];

type Values<Ps extends Params> = { readonly [Key in RequiredKeys<Ps>]: Value<Ps[Key]> } & {
  readonly [Key in Exclude<keyof Ps, RequiredKeys<Ps>>]?: Value<Ps[Key]> | undefined;
};

/** Which project a call is about: `project` as said (`owner/repo` or a path), else the caller's `folder`. */
export type Place = {
  readonly project?: string | undefined;
  readonly folder?: string | undefined;
};

/** The arguments of a verb as its handler receives them. */
export type ArgumentsOf<V extends Verb> = Values<V["positionals"]> & Values<V["flags"]> & Place;

/** The parameters that every verb with `inProject` has as well. */
export const placeParams = {
  project: { kind: "text", summary: "The project, as owner/repo or a path", shows: "owner/repo|path", max: 4096 },
  folder: { kind: "text", summary: "The caller's folder, used when no project is said", max: 4096 },
} as const satisfies Params;

/** Every parameter of a verb by its JSON name. */
export function paramsOf(verb: Verb): Params {
  return { ...verb.positionals, ...verb.flags, ...(verb.inProject ? placeParams : {}) };
}

/** The longest text that a parameter takes, in characters. */
export function maxTextOf(param: Param): number {
  return param.max ?? 200;
}

/** `idempotencyKey` as the command line writes it: `idempotency-key`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
