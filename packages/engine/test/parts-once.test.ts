import { internalTaskId, orchError, type Forge, type Store } from "@orch/core";
import { expect, test } from "vitest";

import { handsOut, openSite, part, type PartsScene } from "./parts-scene.ts";
import { project, spec } from "./scene.ts";

const whole = internalTaskId(1);
const TWO = [part("the doors"), part("the windows")];

interface Loss {
  /** Which of the commits and issues from the end of the attempt on, from 1. */
  readonly nth: number;
  readonly what: "request" | "answer";
  /** The daemon dies then. */
  readonly dies: boolean;
}

function losing({ nth, what }: Loss) {
  const calls = { armed: false, count: 0, lost: false };
  async function around<Result>(call: () => Promise<Result>): Promise<Result> {
    calls.count += calls.armed ? 1 : 0;
    if (calls.lost || calls.count !== nth) return call();
    calls.lost = true;
    if (what === "answer") await call();
    throw orchError("store_failed", `call ${nth}: its ${what} is lost`);
  }
  return { calls, around };
}

/** A task of orch's own hands two parts out; a call is lost on the way, and somebody publishes the task then. */
async function published(loss: Loss): Promise<PartsScene & { readonly lost: boolean }> {
  const { calls, around } = losing(loss);
  const site = await openSite({
    wrap: (store): Store => ({ ...store, commit: (unit) => around(() => store.commit(unit)) }),
    over: (forge): Partial<Forge> => ({ openIssue: (asked) => around(() => forge.openIssue(asked)) }),
  });
  const { scene, calm } = site;
  const hands = handsOut(TWO);
  scene.run = (run) => {
    calls.armed = true;
    return hands(run);
  };
  await site.engine.start();
  await site.engine.create({ project, spec, actor: "x" });
  await calm();
  if (loss.dies) await site.restart();
  const event = { type: "publish:requested", by: "x", labels: [] } as const;
  await site.engine.act({ task: { project, id: whole }, event, actor: "x" });
  await lookAround(site);
  return { ...site, lost: calls.lost };
}

/** Minutes in which everything is tried again, with a look at every issue before and after. */
async function lookAround({ scene, forge, calm, look }: PartsScene): Promise<void> {
  for (let minute = 0; minute < 3; minute += 1) {
    await calm();
    for (const { id } of forge.state.issues.values()) await look(id);
    await scene.clock.advance(60_000);
  }
  await calm();
}

async function partsOf({ scene }: PartsScene) {
  const all = await scene.store.tasks({ project, limit: 100 });
  return all.filter(({ parent }) => parent !== undefined);
}

const losses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((nth) =>
  (["request", "answer"] as const).flatMap((what) => [true, false].map((dies) => ({ nth, what, dies }))),
);

test.each(losses)("of a whole that is published on the way, the $what of call $nth lost, dies: $dies", async (loss) => {
  const site = await published(loss);
  expect(site.lost).toBe(true);
  const parts = await partsOf(site);
  expect(parts.map(({ title }) => title).toSorted()).toEqual(["the doors", "the windows"]);
  expect((await site.scene.task(1)).issue).toBeDefined();
  const issues = [...site.forge.state.issues.values()].map(({ title }) => title);
  expect(new Set(issues).size).toBe(issues.length);
});

test.each([true, false])(
  "a part's issue that orch never heard of is its task's, looked at first: %s",
  async (early) => {
    let asked = 0;
    const site = await openSite({
      over: (forge) => ({
        async openIssue(given) {
          asked += 1;
          if (asked > 1) throw orchError("forge_denied", "no more issues");
          await forge.openIssue(given);
          throw orchError("forge_unreachable", "the answer is lost");
        },
        async changes() {
          throw orchError("forge_unreachable", "nothing is told by itself");
        },
      }),
    });
    const { scene, forge, calm, look, task } = site;
    scene.run = handsOut([part("the doors")]);
    await site.engine.start();
    const id = await site.wish("Build a house", ["plan"]);
    const [doors] = (await forge.relations(id)).children;
    if (doors === undefined) return expect.fail("there is no issue");
    if (early) await look(doors);
    await scene.clock.advance(60_000);
    await calm();
    if (!early) await look(doors);
    expect(asked).toBe(early ? 1 : 2);
    const [only, ...others] = await partsOf(site);
    expect(others).toEqual([]);
    expect(only).toMatchObject(early ? { id: doors } : { id: internalTaskId(1), issue: { number: Number(doors) } });
    expect(await task(id)).toMatchObject({ status: "blocked", parts: [only?.id], waitingFor: [only?.id] });
  },
);
