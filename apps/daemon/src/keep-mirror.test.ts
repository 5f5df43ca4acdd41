import {
  orchError,
  parseAgentName,
  parseBranchName,
  parseProjectId,
  silentLogger,
  unwrap,
  type SessionEvent,
  type Sessions,
  type Task,
} from "@orch/core";
import { openStore } from "@orch/store";
import { createMemoryForge, sampleForge, sampleTask } from "@orch/testing";
import { bareSettings } from "@orch/testing/engine-world";
import { createFakeClock } from "@orch/testing/fake-clock";
import { expect, onTestFinished, test } from "vitest";

import { keepMirror } from "./keep-mirror.ts";

const project = unwrap(parseProjectId("acme/app"));
const assignment = { agent: unwrap(parseAgentName("codex")), complexity: "medium", why: "" } as const;
const branch = unwrap(parseBranchName("x"));

/** A mirror over one issue, whose task's first attempt begins when `begin` is called. */
async function openMirror(mirror: "all" | "none") {
  const clock = createFakeClock();
  const store = await openStore({ path: ":memory:", clock });
  onTestFinished(() => store[Symbol.asyncDispose]());
  const forge = createMemoryForge({ project, clock });
  const settings = bareSettings(project, { forge: { ...sampleForge, mirror } });
  const id = await forge.people.openIssue({ title: "Fix it" });
  const task: Task = { ...sampleTask(), project, id, status: "in_progress", assignment, attempt: 1, version: 1 };
  const said: SessionEvent[][] = [];
  let isThere = false;
  let asked = 0;
  let kept: readonly SessionEvent[] = [];
  const sessions = {
    async *follow(...[, { signal }]: Parameters<Sessions["follow"]>) {
      asked += 1;
      if (!isThere) throw orchError("session_unknown", "there is none yet");
      for (let burst = said.shift(); burst !== undefined; burst = said.shift()) {
        yield* burst;
        if (said.length > 0) await clock.sleep(30_000);
      }
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
    },
  };
  const options = {
    store,
    sessions,
    transcript: async () => ({ events: kept, truncated: false }),
    projects: { get: () => settings, list: () => [settings] },
    forges: { of: () => forge, key: new Uint8Array(32) },
    clock,
    logger: silentLogger,
  };
  const mirroring = keepMirror(options);
  onTestFinished(() => mirroring[Symbol.asyncDispose]());
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  return {
    forge,
    begin: async () => {
      const event = { type: "attempt:started", attempt: 1, branch } as const;
      const events = [{ project, id, key: "started", at: 0, actor: "engine", event, status: task.status }];
      await store.commit({ events, writes: [{ kind: "task:put", task }] });
      await settle();
    },
    end: async () => {
      await store.commit({ writes: [{ kind: "task:put", task: { ...task, status: "new" } }] });
    },
    appears: (...bursts: readonly SessionEvent[][]) => {
      isThere = true;
      said.push(...bursts);
    },
    leaves: (...events: readonly SessionEvent[]) => void (kept = events),
    async after(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        await clock.advance(1000);
        await settle();
      }
    },
    comments: async () => (await forge.comments(Number(id))).map(({ body }) => body.split("\n").slice(1).join("\n")),
    asked: () => asked,
  };
}

function says(seq: number, text: string): SessionEvent {
  return { seq, at: 0, kind: "agent", event: { type: "text", text } };
}

test("what an agent says comes a moment later, once its session is there, and after the forge is back", async () => {
  const { forge, begin, appears, after, comments } = await openMirror("all");
  await begin();
  await after(5);
  appears([says(1, "One."), says(2, "Two.")], [says(3, "Three.")]);
  forge.failNext({ code: "forge_unreachable", when: "before", method: "putComment" });
  await after(20);
  expect(await comments()).toEqual([]);
  await after(120);
  expect(await comments()).toEqual(["One.\n\nTwo.", "Three."]);
});

test("what a session said that began and ended between two looks is taken from what is kept of it", async () => {
  const { begin, end, leaves, after, comments } = await openMirror("all");
  await begin();
  leaves(says(1, "Quick."));
  await end();
  await after(15);
  expect(await comments()).toEqual(["Quick."]);
});

test("nobody listens where nothing is mirrored", async () => {
  const { begin, appears, after, comments, asked } = await openMirror("none");
  appears([says(1, "One.")]);
  await begin();
  await after(30);
  expect([asked(), await comments()]).toEqual([0, []]);
});
