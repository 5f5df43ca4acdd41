import {
  noCapabilities,
  noUsage,
  orchError,
  silentLogger,
  systemRandom,
  type AgentDriver,
  type AgentEvent,
  type LaunchInput,
  type SessionExit,
  type SessionSpec,
} from "@orch/core";
import { createFakeClock, type FakeClock } from "@orch/testing/fake-clock";

import type { AskDeps } from "../src/index.ts";

/** What every session here has used up. */
export const used = { ...noUsage, inputTokens: 4, outputTokens: 10 };

/** What the process of a session does. */
export type Play = "hangs" | { readonly events: readonly AgentEvent[]; readonly exit?: Partial<SessionExit> };

/** Sessions without processes, and what was asked of them. */
export interface SessionScene {
  readonly deps: AskDeps;
  readonly clock: FakeClock;
  readonly started: SessionSpec[];
  readonly launched: LaunchInput[];
  /** Written files by name. */
  readonly files: Map<string, string>;
  readonly log: string[];
}

/** A process that says this and ends. */
export function says(text: string): Play {
  return { events: [{ type: "text", text }] };
}

/** Sessions whose process does as told, by its message; one that hangs is ended by its wall clock, or stopped. */
export function sessionScene(play: (message: string) => Play, over: Partial<AskDeps> = {}): SessionScene {
  const clock = createFakeClock();
  const started: SessionSpec[] = [];
  const launched: LaunchInput[] = [];
  const files = new Map<string, string>();
  const log: string[] = [];
  const played = (): Play => play([...files].find(([name]) => name.endsWith("message.md"))?.[1] ?? "");
  const driver = (name: string): AgentDriver => ({
    name,
    capabilities: noCapabilities,
    credentialFiles: ["auth.json"],
    discover: async () => ({ installed: true, login: "unknown" }),
    async launch(input) {
      launched.push(input);
      return { argv: [name], env: input.env, protocolOptions: null, writable: [], readable: [] };
    },
    conclude: ({ exit }) =>
      exit.code === 0
        ? { usage: used }
        : { usage: noUsage, failure: { class: "auth", message: "Not logged in SECRET" } },
  });
  const deps: AskDeps = {
    drivers: Object.fromEntries(["command", "claude", "codex"].map((name) => [name, driver(name)])),
    files: {
      folder: async ({ attempt }) => `/state/${attempt}`,
      write: async (_ref, { name, text }) => {
        files.set(name, text);
        return `/state/0/${name}`;
      },
      read: async (_ref, { name }) => files.get(name),
      remove: async (_ref, name) => void log.push(`remove ${name}`),
      async sweep(_ref, { folder, names }) {
        log.push(`sweep ${folder} for ${names.join(", ")}`);
        return 0;
      },
    },
    sessions: {
      start: async (spec) => void started.push(spec),
      async wait(id, signal) {
        const now = played();
        if (now !== "hangs") return { state: "exited", exit: exitOf(now.exit) };
        const wall = started.at(-1)?.limits.wallMs ?? 0;
        await clock.sleep(wall, signal);
        if (signal.aborted) throw orchError("interrupted", `waiting for ${id} was called off`);
        return { state: "exited", exit: exitOf({ cause: "wall" }) };
      },
      stop: async (_id, { mode }) => void log.push(`stop ${mode}`),
      release: async () => void log.push("release"),
      async *follow() {
        const now = played();
        const events = now === "hangs" ? [] : now.events;
        for (const [index, event] of events.entries()) yield { seq: index + 1, at: 1, kind: "agent", event };
        yield { seq: events.length + 1, at: 2, kind: "exit", exit: exitOf() };
      },
    },
    surroundings: { environment: ({ set }) => set, hidden: ["/secrets"], readable: ["/usr"] },
    redactor: {
      redact: (text) => text.replaceAll("SECRET", "***"),
      find: () => [],
      search: async () => [],
      register: () => undefined,
    },
    random: systemRandom,
    logger: silentLogger,
    ...over,
  };
  return { deps, clock, started, launched, files, log };
}

function exitOf(over: Partial<SessionExit> = {}): SessionExit {
  const output = { outputBytes: 0, outputHash: "", lastSeq: 1, survivors: 0 };
  return { cause: "exited", code: 0, startedAt: 1, endedAt: 2, ...output, sandbox: "none", ...over };
}
