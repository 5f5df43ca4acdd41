import {
  orchError,
  taskKey,
  type AgentReport,
  type SessionExit,
  type SessionId,
  type SessionSpec,
  type Sessions,
  type SteerReceipt,
} from "@orch/core";

import { noteMessage } from "./told-notes.ts";
import { count, type World, type WorldSession } from "./world.ts";

/** The sessions port on the simulated machine. Sessions run on while daemons come and go. */
export function worldSessions(world: World): Sessions {
  return {
    async start(spec) {
      const known = world.sessions.get(spec.id);
      if (known !== undefined && !world.faults.blind) return;
      launch(world, spec);
    },
    async probe(id) {
      const session = world.sessions.get(id);
      if (session === undefined) return { state: "absent" };
      if (session.state === "running") return { state: "running", pid: 1, host: "process" };
      if (session.exit === undefined) return { state: "lost", why: "its supervisor was killed" };
      return { state: "exited", exit: session.exit };
    },
    async wait(id, signal) {
      const session = sessionAt(world, id);
      while (session.state === "running") {
        if (signal.aborted) throw orchError("interrupted", "stopped waiting");
        await change(session, signal);
      }
      if (session.exit === undefined) return { state: "lost", why: "its supervisor was killed" };
      return { state: "exited", exit: session.exit };
    },
    async *follow(id) {
      const session = sessionAt(world, id);
      const at = session.exit?.endedAt ?? 0;
      for (const messageId of shownTo(session)) {
        yield { seq: 1, at, kind: "agent", event: { type: "message:delivered", messageId } };
      }
      if (session.exit !== undefined) yield { seq: 1, at: session.exit.endedAt, kind: "exit", exit: session.exit };
    },
    asks: async () => [],
    answer: async () => ({ outcome: "refused", why: "simulated agents do not ask" }),
    hold: async () => ({ waiting: 0, holders: [] }),
    send: async (id, message) => tell(world, { session: sessionAt(world, id), messageId: message.id }),
    async stop(id, { why }) {
      const session = world.sessions.get(id);
      if (session?.state === "running") end(world, { session, exit: exitOf(world, { cause: "stopped", detail: why }) });
    },
    async list() {
      const live = [...world.sessions.values()].filter((session) => session.state === "running");
      return live.map(({ spec }) => {
        const { id, attempt, purpose, folder } = spec;
        return { id, attempt, purpose, folder, host: "process", pid: 1, startedAt: 0 };
      });
    },
    attachCommand: async () => undefined,
    async release(id) {
      if (world.sessions.get(id)?.state !== "running") world.sessions.delete(id);
    },
  };
}

function sessionAt(world: World, id: SessionId): WorldSession {
  const session = world.sessions.get(id);
  if (session === undefined) throw orchError("session_unknown", `no session ${id}`);
  return session;
}

/** Some agents show a message at once, some do not before they end, some never. The same message again is the same. */
function tell(
  world: World,
  { session, messageId }: { readonly session: WorldSession; readonly messageId: string },
): SteerReceipt {
  const { random } = world;
  if (session.state !== "running") return { outcome: "refused", why: "the session has ended" };
  const isShown = session.told.get(messageId) ?? random.chance(0.7);
  session.told.set(messageId, isShown);
  world.trace.say("machine", `${messageId} ${isShown ? "reaches" : "does not reach"} ${session.spec.id}`);
  if (isShown) noteMessage(world, { ref: session.spec.attempt, id: messageId });
  return isShown && random.chance(0.7) ? { outcome: "delivered" } : { outcome: "queued", why: "it works" };
}

/** The messages that a session's agent has shown. */
function shownTo({ told }: WorldSession): readonly string[] {
  return [...told].filter(([, isShown]) => isShown).map(([id]) => id);
}

function change(session: WorldSession, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    session.waiting.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function launch(world: World, spec: SessionSpec): void {
  const again = count(world.starts, spec.id) > 1;
  // A command that ended and was released may run again after a crash; an agent's work must not.
  if (again && (spec.purpose === "agent" || world.sessions.get(spec.id)?.state === "running")) {
    world.violations.push(`session ${spec.id} started twice`);
  }
  if (spec.purpose === "agent") checkAlone(world, spec);
  const session: WorldSession = { spec, state: "running", exit: undefined, waiting: new Set(), told: new Map() };
  world.sessions.set(spec.id, session);
  world.trace.say("machine", `start ${spec.id}`);
  const seconds = spec.purpose === "agent" ? world.random.between(5, 400) : world.random.between(1, 5);
  world.clock.after(seconds * 1000, () => {
    if (session.state !== "running") return;
    if (world.random.chance(0.04)) return kill(world, session);
    end(world, { session, exit: exitOf(world, outcome(world, spec)) });
  });
}

function checkAlone(world: World, spec: SessionSpec): void {
  for (const other of world.sessions.values()) {
    const sameTask = taskKey(other.spec.attempt) === taskKey(spec.attempt);
    if (other.state === "running" && other.spec.purpose === "agent" && sameTask) {
      world.violations.push(`two agents at once work on ${taskKey(spec.attempt)}`);
    }
  }
}

/** What a session does when it ends by itself: agents commit, checks judge the commit. */
function outcome(world: World, spec: SessionSpec): Pick<SessionExit, "cause" | "detail"> & { readonly code: number } {
  const clone = world.clones.get(spec.cwd);
  if (clone === undefined) return { cause: "exited", code: 1 };
  if (spec.purpose === "agent") {
    if (world.random.chance(0.85)) {
      const made = { by: spec.attempt, good: world.random.chance(0.6), shared: world.random.chance(0.3) };
      // Some look at the newest base and take it in.
      const base = world.forge?.state.git.tip(world.base);
      const knows = base !== undefined && world.commits.has(base) && world.random.chance(0.7);
      clone.head = world.commit(knows ? [clone.head, base] : [clone.head], made);
    }
    const code = world.random.chance(0.1) ? 1 : 0;
    return { cause: "exited", code, ...(code === 0 && world.random.chance(0.15) ? { detail: someParts(world) } : {}) };
  }
  if (spec.purpose !== "check") return { cause: "exited", code: 0 };
  return { cause: "exited", code: world.commits.get(clone.head)?.good === true ? 0 : 1 };
}

/** What an agent reports that hands parts of its task out, beside its own work or in its place. */
function someParts({ random }: World): string {
  return `${random.pick(["done", "in_progress"])} ${random.between(1, 2)}`;
}

/** The report of an agent of this world, as far as it wrote one. */
export function reportIn({ detail = "" }: SessionExit): AgentReport | undefined {
  const [status, count] = detail.split(" ");
  if (status !== "done" && status !== "in_progress") return undefined;
  const delegations = Array.from({ length: Number(count) }, (_, index) => ({
    title: `part ${index}`,
    body: "",
    labels: [],
  }));
  const nothing = { accomplished: [], remaining: [], files: [], learnings: [], blockers: [] };
  return { status, summary: "", ...nothing, delegations };
}

function exitOf(world: World, how: Pick<SessionExit, "cause"> & Partial<SessionExit>): SessionExit {
  const now = world.clock.now();
  const nothing = { startedAt: now, endedAt: now, outputBytes: 0, outputHash: "", lastSeq: 1, survivors: 0 };
  return { ...nothing, sandbox: "bwrap", ...how };
}

function end(world: World, ended: { readonly session: WorldSession; readonly exit: SessionExit }): void {
  const { session, exit } = ended;
  session.state = "exited";
  session.exit = exit;
  world.trace.say("machine", `end ${session.spec.id} ${exit.cause} ${exit.code ?? ""}`);
  wake(session);
}

/** The supervisor dies: no exit record, nothing of the session is left. */
function kill(world: World, session: WorldSession): void {
  session.state = "lost";
  world.trace.say("machine", `kill -9 the supervisor of ${session.spec.id}`);
  wake(session);
}

function wake(session: WorldSession): void {
  for (const resolve of session.waiting) resolve();
  session.waiting.clear();
}
