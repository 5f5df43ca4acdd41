import { join } from "node:path";

import {
  parseProjectId,
  parseTaskId,
  sessionIdOf,
  silentLogger,
  systemClock,
  systemRandom,
  unwrap,
  type SessionSpec,
} from "@orch/core";
import type { RedactionKnowledge } from "@orch/security";
import { tempFolder, type SessionsBench } from "@orch/testing";
import { onTestFinished } from "vitest";

import { createSessions, type SupervisedSessions } from "../src/index.ts";

/** The program of `fixtures/actor.mjs`. */
export function actor(...words: readonly string[]): readonly string[] {
  return [process.execPath, join(import.meta.dirname, "fixtures", "actor.mjs"), ...words];
}

/** Real sessions in a temporary home; whatever still runs at the end of the test is killed. */
export async function openBench(
  host: SessionSpec["host"],
  wrapper: readonly string[] = [],
): Promise<
  Omit<SessionsBench, "reopen"> & {
    readonly home: string;
    readonly sessions: SupervisedSessions;
    reopen(): Promise<SupervisedSessions>;
    know(more: RedactionKnowledge): void;
  }
> {
  let known: RedactionKnowledge = { secrets: [], patterns: [] };
  const home = await tempFolder("sessions");
  const entry = join(import.meta.dirname, "supervisor-entry.ts");
  const open = async (): Promise<Awaited<ReturnType<typeof createSessions>>> => {
    const opened = await createSessions({
      home,
      supervisor: { argv: [...wrapper, process.execPath, entry] },
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      redaction: () => known,
    });
    onTestFinished(async () => {
      const live = await opened.list();
      await Promise.all(live.map(({ id }) => opened.stop(id, { mode: "kill", why: "the test is over" })));
      await opened[Symbol.asyncDispose]();
    });
    return opened;
  };
  const sessions = await open();
  let number = 0;
  return {
    home,
    sessions,
    know: (more) => void (known = more),
    reopen: open,
    actor,
    protocol: "lines",
    spec(argv, changes = {}) {
      number += 1;
      return specIn(home, { argv, host, ...changes }, number);
    },
  };
}

/** A session in `home` with no limits and no sandbox, as far as `changes` say nothing else. */
export function specIn(
  home: string,
  changes: Partial<SessionSpec> & Pick<SessionSpec, "argv">,
  number = 1,
): SessionSpec {
  const attempt = { project: unwrap(parseProjectId("acme/app")), id: unwrap(parseTaskId("1")), attempt: number };
  const id = sessionIdOf(attempt, "agent");
  return {
    id,
    attempt,
    purpose: "agent",
    folder: join(home, "attempts", id),
    cwd: home,
    env: { PATH: process.env["PATH"] ?? "" },
    protocol: "raw",
    protocolOptions: null,
    sandbox: { mode: "none", write: [], hide: [], read: [], network: true },
    limits: { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 },
    host: "process",
    ...changes,
  };
}
