import { expect, test } from "vitest";

import { waitFor } from "../../wait-for.ts";
import { eventsOf, forever, isAlive, pidOf, saidIn, supervisorOf, type Make } from "./bench.ts";

/** What holds when daemons and supervisors die. */
export function describeCrashes(make: Make): void {
  test("starting twice starts once", async () => {
    const bench = await make();
    const other = await bench.reopen();
    const spec = bench.spec(bench.actor("hang"));
    await Promise.all([bench.sessions.start(spec), bench.sessions.start(spec), other.start(spec)]);
    const pid = await pidOf(bench, spec);
    await other.start(spec);
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
    expect(isAlive(pid)).toBe(false);
    await bench.sessions.start(spec);
    const events = await eventsOf(other, spec);
    expect(events.filter(({ kind }) => kind === "started")).toHaveLength(1);
    expect(await other.probe(spec.id)).toMatchObject({ state: "exited" });
  });

  test("the next daemon finds every session again", async () => {
    const bench = await make();
    const specs = [1, 2, 3].map(() => bench.spec(bench.actor("converse"), { protocol: bench.protocol }));
    await Promise.all(specs.map((spec) => bench.sessions.start(spec)));
    const next = await bench.reopen();
    const listed = await next.list();
    expect(listed.map(({ id }) => id).toSorted()).toEqual(specs.map(({ id }) => id).toSorted());
    for (const spec of specs) {
      expect(await next.probe(spec.id)).toMatchObject({ state: "running" });
      expect(await next.send(spec.id, { id: "m", from: "ada", text: "finish" })).toEqual({ outcome: "delivered" });
      expect(await next.wait(spec.id, forever)).toMatchObject({ exit: { cause: "exited", code: 0 } });
      expect(saidIn(await eventsOf(next, spec))).toEqual(["ready", "finish"]);
    }
    expect(await next.list()).toEqual([]);
  });

  test("a killed supervisor makes a lost session, of which nothing lives on", async () => {
    const bench = await make();
    for (const verb of ["hang", "escape"]) {
      const spec = bench.spec(bench.actor(verb));
      await bench.sessions.start(spec);
      const pid = await pidOf(bench, spec);
      const waiting = bench.sessions.wait(spec.id, forever);
      process.kill(await supervisorOf(bench.sessions, spec), "SIGKILL");
      expect(await waiting).toMatchObject({ state: "lost" });
      expect(isAlive(pid)).toBe(false);
      expect(await bench.sessions.probe(spec.id)).toMatchObject({ state: "lost" });
      await bench.sessions.start(spec);
      expect(await bench.sessions.probe(spec.id)).toMatchObject({ state: "lost" });
      expect((await eventsOf(bench.sessions, spec)).at(0)).toMatchObject({ kind: "started" });
    }
  });

  test("a supervisor that is asked to end stops its session", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("hang"));
    await bench.sessions.start(spec);
    const pid = await pidOf(bench, spec);
    process.kill(await supervisorOf(bench.sessions, spec), "SIGTERM");
    expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { cause: "stopped" } });
    await waitFor("the process to end", () => !isAlive(pid));
  });

  test("a session whose supervisor hangs can be killed all the same", async () => {
    const bench = await make();
    const spec = bench.spec(bench.actor("hang"));
    await bench.sessions.start(spec);
    const pid = await pidOf(bench, spec);
    process.kill(await supervisorOf(bench.sessions, spec), "SIGSTOP");
    await bench.sessions.stop(spec.id, { mode: "kill", why: "hung" });
    // Some hosts wake a stopped supervisor, and then it records the stop after all.
    expect(["lost", "exited"]).toContain((await bench.sessions.probe(spec.id)).state);
    expect(isAlive(pid)).toBe(false);
  }, 60_000);
}
