import { boardVerbs } from "./board-verbs.ts";
import { generalVerbs } from "./general-verbs.ts";
import type { Verb } from "./spec.ts";
import { taskVerbs } from "./task-verbs.ts";
import { webhookVerbs } from "./webhook-verbs.ts";

/** Every verb of orch. Help, completions, schemas, permission checks and documents come from this list. */
export const verbs = [...generalVerbs, ...webhookVerbs, ...taskVerbs, ...boardVerbs] as const;

/** One of the verbs, with its exact parameters. */
export type AnyVerb = (typeof verbs)[number];

/** The name of a verb. */
export type VerbName = AnyVerb["name"];

/** The verb with a name. */
export type VerbNamed<Name extends VerbName> = Extract<AnyVerb, { readonly name: Name }>;

/** The names of the verbs that the daemon has a handler for. */
export type ApiVerbName = Extract<AnyVerb, { readonly surfaces: readonly ["cli", "api", ...unknown[]] }>["name"];

const byWords: ReadonlyMap<string, AnyVerb> = new Map(
  verbs.flatMap((verb) => [verb.name, ...verb.aliases].map((words) => [words, verb] as const)),
);

/** The verb that is called by a name or an alias. */
export function findVerb(words: string): AnyVerb | undefined {
  return byWords.get(words);
}

/** Every name and alias. */
export function verbWords(): readonly string[] {
  return [...byWords.keys()];
}

/** True when the daemon has a handler for the verb. */
export function isApiVerb(verb: Verb): boolean {
  return verb.surfaces.includes("api");
}

/** The first words of two-word verbs, such as `task`. */
export function verbGroups(): readonly string[] {
  return [
    ...new Set(
      verbs
        .map((verb) => verb.name.split(" "))
        .flatMap(([first = "", second]) => (second === undefined ? [] : [first])),
    ),
  ];
}
