import type { Duplex } from "node:stream";

import type { Clock } from "@orch/core";

import { createLineSplitter } from "../supervisor/line-splitter.ts";

const MAX_LINE_BYTES = 64;
const SHELL = "/bin/sh";
/** The number of the descriptor that the witness talks on. */
export const WITNESS_FD = 4;

/**
 * The witness's whole program; the session's own command is its arguments and never part of this text. It keeps what
 * it knows to one descriptor, which the command does not get. `exec` takes no builtin for a program.
 */
const PROGRAM = `
exec 5>&2 2>/dev/null
trap : HUP INT TERM
tally() { set -- /proc/[0-9]*; others=$(($# - own)); echo "$word $others" >&${WITNESS_FD}; }
alone() { set -- /proc/[0-9]*; own=$#; }
command -v -- "$1" >/dev/null || { echo unseen >&${WITNESS_FD}; exit 127; }
alone
(exec "$@") 2>&5 ${WITNESS_FD}>&- 5>&-
code=$?
exec 0<&- 1>&- 5>&-
word=ended
tally
while read -r word <&${WITNESS_FD} && [ "$word" = left ]; do tally; done
exit "$code"
`;

/** What the witness has told so far. */
export interface Witness {
  /** How many processes were left when the command had ended and its grace was over. */
  readonly left: number;
  /** True when the command's program is not to be seen inside the sandbox. */
  readonly unseen: boolean;
}

/**
 * The command that runs `argv` under a witness. A sandbox ends with its first process and takes everything along; the
 * witness is that process, and stays until somebody outside has asked it how many others are left. It is a constant
 * program for `/bin/sh`, because that costs a millisecond where Node would cost fifty.
 */
export function witnessCommand(argv: readonly string[]): readonly string[] {
  return [SHELL, "-c", PROGRAM, "orch-witness", ...argv];
}

/** How long those that are left may take to end by themselves, and how often the witness is asked. */
export interface WitnessPatience {
  readonly clock: Clock;
  readonly graceMs: number;
  readonly lookMs: number;
}

/** Listens to the witness at the other end of `channel`, and lets it go when nothing is left or the grace is over. */
export function attendWitness(channel: Duplex, { clock, graceMs, lookMs }: WitnessPatience): Witness {
  let left = 0;
  let unseen = false;
  let end: number | undefined;

  function hear(line: string): void {
    const [word, count] = line.split(" ");
    if (word === "unseen") unseen = true;
    if (count === undefined) return;
    left = Number(count);
    end ??= clock.monotonic() + graceMs;
    const over = left === 0 || clock.monotonic() >= end;
    if (over) channel.write("go\n");
    else clock.after(lookMs, () => channel.writable && channel.write("left\n"));
  }

  const lines = createLineSplitter(MAX_LINE_BYTES, hear);
  channel.on("data", (chunk: Buffer) => lines.push(chunk));
  // Whatever ends the sandbox ends this channel too; the exit tells.
  channel.on("error", () => undefined);
  return {
    get left() {
      return left;
    },
    get unseen() {
      return unseen;
    },
  };
}
