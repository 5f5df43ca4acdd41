import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { SessionEvent, SessionSpec } from "@orch/core";
import { describe, expect, test } from "vitest";

import {
  eventsOf,
  forever,
  isAlive,
  pidOf,
  printed,
  run,
  saidIn,
  textOf,
  type Make,
  type SessionsBench,
} from "./sessions/bench.ts";
import { describeCrashes } from "./sessions/crashes-contract.ts";

export { type SessionsBench } from "./sessions/bench.ts";

/** The contract of `Sessions`, with real processes. `make` is called once per case and cleans up by itself. */
export function describeSessions(name: string, { make }: { make(): Promise<SessionsBench> }): void {
  describe(`sessions: ${name}`, () => {
    describeEndings(make);
    describeLimits(make);
    describeEvents(make);
    describeMessages(make);
    describeCrashes(make);
  });
}

function describeEndings(make: Make): void {
  test("records an exit code", async () => {
    const bench = await make();
    expect(await run(bench, bench.spec(bench.actor("exit", "7")))).toMatchObject({
      cause: "exited",
      code: 7,
      survivors: 0,
    });
    expect(await run(bench, bench.spec(bench.actor("exit", "0")))).toMatchObject({ cause: "exited", code: 0 });
  });

  test("records a signal", async () => {
    const bench = await make();
    const exit = await run(bench, bench.spec(bench.actor("signal", "SIGKILL")));
    expect(exit).toMatchObject({ cause: "signalled", signal: "SIGKILL" });
    expect(exit.code).toBeUndefined();
  });

  test("records that a program, a folder or an input is missing", async () => {
    const bench = await make();
    const failed = { cause: "spawn_failed", outputBytes: 0 };
    expect(await run(bench, bench.spec(["no-such-program-anywhere"]))).toMatchObject(failed);
    const spec = bench.spec(bench.actor("exit", "0"));
    expect(await run(bench, { ...spec, cwd: join(spec.cwd, "missing") })).toMatchObject(failed);
    const other = bench.spec(bench.actor("stdin"));
    expect(await run(bench, { ...other, stdinFile: join(spec.cwd, "missing") })).toMatchObject(failed);
  });

  test("records an unknown protocol", async () => {
    const bench = await make();
    const exit = await run(bench, bench.spec(bench.actor("exit", "0"), { protocol: "no-such" }));
    expect(exit).toMatchObject({ cause: "supervisor_failed" });
  });

  test("ends and counts a child that outlives the process, also in a session of its own", async () => {
    const bench = await make();
    for (const verb of ["outlive", "escape"]) {
      const spec = bench.spec(bench.actor(verb));
      const exit = await run(bench, spec);
      expect(exit).toMatchObject({ cause: "exited", code: 0, survivors: 1 });
      expect(isAlive(await pidOf(bench, spec))).toBe(false);
    }
  });

  test("knows nothing of a session that was never started", async () => {
    const bench = await make();
    const { id } = bench.spec(bench.actor("exit", "0"));
    expect(await bench.sessions.probe(id)).toEqual({ state: "absent" });
    await expect(bench.sessions.wait(id, forever)).rejects.toMatchObject({ code: "session_unknown" });
    await expect(bench.sessions.stop(id, { mode: "kill", why: "" })).rejects.toMatchObject({ code: "session_unknown" });
    await expect(bench.sessions.send(id, { id: "1", from: "me", text: "?" })).rejects.toMatchObject({
      code: "session_unknown",
    });
  });

  test("stops in each way, and nothing is left", async () => {
    const bench = await make();
    for (const mode of ["interrupt", "terminate", "kill"] as const) {
      const spec = bench.spec(bench.actor("hang"));
      await bench.sessions.start(spec);
      const pid = await pidOf(bench, spec);
      await bench.sessions.stop(spec.id, { mode, why: "enough" });
      expect(isAlive(pid)).toBe(false);
      expect(await bench.sessions.probe(spec.id)).toMatchObject({
        state: "exited",
        exit: { cause: "stopped", detail: "enough" },
      });
      await bench.sessions.stop(spec.id, { mode, why: "again" });
    }
  });

  test("kills what does not listen", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("stubborn"));
    await bench.sessions.start(spec);
    const pid = await pidOf(bench, spec);
    await bench.sessions.stop(spec.id, { mode: "terminate", why: "enough" });
    expect(isAlive(pid)).toBe(false);
    expect(await bench.sessions.probe(spec.id)).toMatchObject({ exit: { cause: "stopped", signal: "SIGKILL" } });
  });

  test("a wait can be given up; the session goes on", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("hang"));
    await bench.sessions.start(spec);
    const patience = new AbortController();
    const waiting = bench.sessions.wait(spec.id, patience.signal);
    patience.abort();
    await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
    expect(await bench.sessions.probe(spec.id)).toMatchObject({ state: "running" });
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
  });

  test("releases an ended session, refuses to release a live one, and keeps the folder", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("hang"));
    await bench.sessions.start(spec);
    await expect(bench.sessions.release(spec.id)).rejects.toMatchObject({ code: "session_failed" });
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
    await bench.sessions.release(spec.id);
    await bench.sessions.release(spec.id);
    expect(await bench.sessions.probe(spec.id)).toEqual({ state: "absent" });
    expect(await readFile(join(spec.folder, "exit.json"), "utf8")).toContain("stopped");
  });
}

function describeLimits(make: Make): void {
  const none = { wallMs: 0, silenceMs: 0, noProgressMs: 0, outputBytes: 0 };

  test("ends a process that runs too long", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("babble"), { limits: { ...none, wallMs: 400 } });
    expect(await run(bench, spec)).toMatchObject({ cause: "wall", signal: "SIGTERM" });
  });

  test("ends a process that says nothing, and lets one that talks", async () => {
    const bench = await make();
    const limits = { ...none, silenceMs: 600 };
    expect(await run(bench, bench.spec(bench.actor("hang"), { limits }))).toMatchObject({ cause: "silence" });
    const talking = bench.spec(bench.actor("babble"), { limits: { ...none, silenceMs: 1_000, wallMs: 2_500 } });
    expect(await run(bench, talking)).toMatchObject({ cause: "wall" });
  });

  test("ends an agent that talks without any progress", async () => {
    const bench = await make();
    const limits = { ...none, noProgressMs: 500, silenceMs: 10_000 };
    const spec = bench.spec(bench.actor("babble"), { limits, protocol: bench.protocol });
    expect(await run(bench, spec)).toMatchObject({ cause: "no_progress" });
  });

  test("counts every byte of a raw session as progress", async () => {
    const bench = await make();
    const limits = { ...none, noProgressMs: 1_000, wallMs: 2_500 };
    expect(await run(bench, bench.spec(bench.actor("babble"), { limits }))).toMatchObject({ cause: "wall" });
  });

  test("ends a process that prints too much", async () => {
    const bench = await make();
    const limits = { ...none, outputBytes: 1_000_000 };
    const exit = await run(bench, bench.spec(bench.actor("flood", "100000000"), { limits }));
    expect(exit).toMatchObject({ cause: "output", outputBytes: 1_000_000 });
  });

  test("takes 100 MB of output", async () => {
    const bench = await make();
    const exit = await run(bench, bench.spec(bench.actor("flood", "100000000")));
    expect(exit).toMatchObject({ cause: "exited", code: 0, outputBytes: 100_000_000 });
  }, 120_000);
}

function describeEvents(make: Make): void {
  test("gives the process exactly its environment and the mark", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("env"));
    const env = { ...spec.env, GREETING: "grüß 'dich' $HOME; \n" };
    const shown: unknown = JSON.parse(await printed(bench, { ...spec, env }));
    expect(shown).toEqual({ ...env, ORCH_SESSION: spec.id, ORCH_SESSION_NONCE: expect.any(String) as unknown });
  });

  test("closes the standard input, or feeds it from a file", async () => {
    const bench = await make();
    const closed = bench.spec(bench.actor("stdin"));
    expect(await printed(bench, closed)).toBe('""\n');
    const fed = bench.spec(bench.actor("stdin"));
    const stdinFile = join(fed.cwd, "prompt.md");
    await writeFile(stdinFile, "what to do\n");
    expect(await printed(bench, { ...fed, stdinFile })).toBe('"what to do\\n"\n');
  });

  test("passes arguments and text as they are", async () => {
    const bench = await make();
    const nasty = "äöü 日本 🙂 'quoted' \"double\" $(id) `id` ; & | \\";
    expect(await printed(bench, bench.spec(bench.actor("print", nasty, ";")))).toBe(`${nasty} ;\n`);
  });

  test("keeps the streams apart, and hashes one after the other", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("both"));
    const exit = await run(bench, spec);
    const events = await eventsOf(bench.sessions, spec);
    expect([textOf(events), textOf(events, "stderr")]).toEqual(["out\n", "err\n"]);
    expect(exit.outputHash).toBe(createHash("sha256").update("out\nerr\n").digest("hex"));
    expect(exit.outputBytes).toBe(8);
  });

  test("numbers events without a gap, from started to exit", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("count", "2000"), { protocol: bench.protocol });
    const exit = await run(bench, spec);
    const events = await eventsOf(bench.sessions, spec);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect([events.at(0)?.kind, events.at(-1)]).toMatchObject(["started", { kind: "exit", exit, seq: exit.lastSeq }]);
    expect(saidIn(events)).toHaveLength(2000);
  });

  test("a follower that resumes misses nothing and sees nothing twice", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("count", "3000"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    const seen: number[] = [];
    for (let last = 0; last === 0 || seen.length === last;) {
      let ended = false;
      for await (const event of bench.sessions.follow(spec.id, { after: last, signal: forever })) {
        seen.push(event.seq);
        last = event.seq;
        ended = event.kind === "exit";
        if (seen.length % 700 === 0) break;
      }
      if (ended) break;
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(seen.length).toBeGreaterThan(3000);
  });

  test("several followers see the same, and a slow one holds nobody up", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("flood", "8000000"));
    await bench.sessions.start(spec);
    const slow = bench.sessions.follow(spec.id, { after: 0, signal: forever })[Symbol.asyncIterator]();
    await slow.next();
    const quick = await Promise.all([1, 2, 3].map(() => eventsOf(bench.sessions, spec)));
    const rest: SessionEvent[] = [];
    for (let next = await slow.next(); next.done !== true; next = await slow.next()) rest.push(next.value);
    for (const events of quick) expect(textOf(events)).toHaveLength(8_000_000);
    expect(rest.map(({ seq }) => seq)).toEqual(quick[0]?.slice(1).map(({ seq }) => seq));
  });

  test("a live follower hears of events as they come, and stops when told", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    const enough = new AbortController();
    const seen: SessionEvent[] = [];
    for await (const event of bench.sessions.follow(spec.id, { after: 0, signal: enough.signal })) {
      seen.push(event);
      if (saidIn(seen).includes("ready")) enough.abort();
    }
    expect(seen.some(({ kind }) => kind === "exit")).toBe(false);
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
  });

  test("survives a protocol that throws", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("boom"), { protocol: bench.protocol });
    expect(await run(bench, spec)).toMatchObject({ cause: "exited", code: 0 });
    const events = await eventsOf(bench.sessions, spec);
    expect(saidIn(events)).toEqual(["after"]);
    expect(events.some(({ kind }) => kind === "notice")).toBe(true);
  });
}

function describeMessages(make: Make): void {
  async function talking(bench: SessionsBench): Promise<SessionSpec> {
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    return spec;
  }

  test("delivers a message once, whatever number of times it is sent", async () => {
    const bench = await make();
    const spec = await talking(bench);
    const message = { id: "m1", from: "ada", text: "more tests please" };
    const receipts = await Promise.all([1, 2, 3].map(() => bench.sessions.send(spec.id, message)));
    receipts.push(await bench.sessions.send(spec.id, message));
    expect(receipts).toEqual(receipts.map(() => ({ outcome: "delivered" })));
    expect(await bench.sessions.send(spec.id, { id: "m2", from: "ada", text: "finish" })).toEqual({
      outcome: "delivered",
    });
    const events = await eventsOf(bench.sessions, spec);
    expect(saidIn(events)).toEqual(["ready", "more tests please", "finish"]);
    const inputs = events.filter(({ kind }) => kind === "input");
    expect(inputs).toMatchObject([{ messageId: "m1", from: "ada", text: "more tests please" }, { messageId: "m2" }]);
    expect(events.at(-1)).toMatchObject({ kind: "exit", exit: { cause: "exited", code: 0 } });
    // Whoever lost the answer asks again, and nobody listens any more.
    expect(await bench.sessions.send(spec.id, message)).toEqual({ outcome: "delivered" });
    expect(await bench.sessions.send(spec.id, { ...message, id: "m3" })).toMatchObject({ outcome: "refused" });
  });

  test("says that a message is queued while the agent has not shown it", async () => {
    const bench = await make();
    const spec = await talking(bench);
    const receipt = await bench.sessions.send(spec.id, { id: "m1", from: "ada", text: "unheard" });
    expect(receipt).toMatchObject({ outcome: "queued" });
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
  }, 40_000);

  test("refuses messages for sessions that take none, or have ended", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("hang"));
    await bench.sessions.start(spec);
    const message = { id: "m1", from: "ada", text: "hello" };
    expect(await bench.sessions.send(spec.id, message)).toMatchObject({ outcome: "refused" });
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
    expect(await bench.sessions.send(spec.id, message)).toMatchObject({ outcome: "refused" });
  });

  test("an interrupt asks the agent", async () => {
    const bench = await make();
    const spec = await talking(bench);
    await bench.sessions.stop(spec.id, { mode: "interrupt", why: "enough" });
    expect(await bench.sessions.probe(spec.id)).toMatchObject({ exit: { cause: "stopped", code: 0 } });
  });
}
