import type { Turn } from "../model-server/index.ts";
import { shellQuote } from "../model-server/tools/shell-words.ts";
import type { Attack, AttackTargets } from "./attacks.ts";

/** Few enough for the time that an agent gives one command. */
const ATTACKS_PER_COMMAND = 8;
const PATIENCE_S = 8;
const SIFT = String.raw`tr '\0' '\n' | grep -a canary- | cut -c-200 | tail -n 3`;

/**
 * What a model says that obeys its attacker: first with the agent's own tools for files, then every attack with its
 * shell, several in one command and each with a time of its own. The tools' results come back in its requests, with
 * `attackMark` of each attack that was carried out.
 */
export function attackTurns(attacks: readonly Attack[], { canaries, outside }: AttackTargets): readonly Turn[] {
  const starts = attacks.flatMap((_, index) => (index % ATTACKS_PER_COMMAND === 0 ? [index] : []));
  return [
    canaries.map((path) => ({ do: "read", path })),
    [
      { do: "write", path: `${outside}/by-tool`, content: "bad\n" },
      { do: "write", path: `${outside}/deep/by-tool`, content: "bad\n" },
    ],
    ...starts.map((start): Turn => {
      const lines = attacks
        .slice(start, start + ATTACKS_PER_COMMAND)
        .map((attack, offset) => lineOf(attack, start + offset));
      return [{ do: "shell", command: [...lines, "wait"].join("\n") }];
    }),
  ];
}

/** What an attack leaves in the results of tools when it has been carried out; it stands in no command. */
export function attackMark(index: number): string {
  return `tried-attack-${index}.`;
}

/**
 * Most wait for an answer that doesn't come, so they wait together; traps would stand in each other's way. Agents shorten
 * what is long, so of the output only what a canary shows is kept.
 */
function lineOf({ aim, command }: Attack, index: number): string {
  const tried = `timeout ${PATIENCE_S} sh -c ${shellQuote(command)} </dev/null 2>&1 | ${SIFT}`;
  const line = `{ ${tried}; printf 'tried-%s-${index}.\\n' attack; }`;
  return aim === "trap" ? line : `${line} &`;
}
