import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import type { SessionExit } from "@orch/core";

import { writeRecord } from "../files/write-record.ts";
import type { ChildEnd } from "./child.ts";
import type { Ender } from "./ender.ts";
import type { Supervised } from "./run-supervisor.ts";

const COMPLAINT = 500;
/** How shells and sandboxes tell that a program was ended by `SIGXFSZ`. */
const XFSZ_CODE = 153;

/** What is known when a session's process has ended. */
export type Ending = Omit<SessionExit, "startedAt" | "endedAt" | "lastSeq">;

/** The ending of a session whose process never ran. */
export const noOutput = {
  outputBytes: 0,
  outputHash: createHash("sha256").digest("hex"),
  survivors: 0,
  sandbox: "none",
} as const satisfies Partial<Ending>;

/** Why a process ended: what the supervisor did to it, or else what it did itself. */
export function causeOf(end: ChildEnd, session: Supervised, reason: Ender["reason"]): Pick<Ending, "cause" | "detail"> {
  if (reason !== undefined) return reason;
  if (end.unseen) {
    const [program = ""] = session.launch.spec.argv;
    return { cause: "sandbox_unavailable", detail: `The sandbox hides the program ${program}.` };
  }
  if (end.neverRan) return { cause: "sandbox_unavailable", detail: complaintIn(session.files.stderr) };
  const { fileBytes = 0 } = session.launch.spec.limits;
  if (fileBytes > 0 && (end.signal === "SIGXFSZ" || end.code === XFSZ_CODE)) {
    return { cause: "quota", detail: `It wrote a file of more than ${fileBytes} bytes.` };
  }
  if (end.signal === undefined) return { cause: "exited" };
  return { cause: "signalled" };
}

/** The sandbox's own words: nothing else could print before the program ran. */
function complaintIn(path: string): string {
  const text = readFileSync(path, "utf8").trim().slice(-COMPLAINT);
  return text === "" ? "The sandbox ended before it started the program." : text;
}

/** Writes the final event, then the exit record, then lets go of everything: in this order (law of the last word). */
export async function concludeSession(
  { log, files, live, transcript, terminal }: Supervised,
  exit: SessionExit,
): Promise<void> {
  log.append({ kind: "exit", exit });
  log.close();
  await transcript.close();
  writeRecord(files.exit, exit);
  live.socket?.close();
  terminal.close();
}
