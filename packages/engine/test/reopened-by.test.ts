import type { ForgeRole } from "@orch/core";
import { PEOPLE } from "@orch/testing";
import { expect, test } from "vitest";

import { openLoop } from "./whole-loop.ts";

const writers: readonly ForgeRole[] = ["admin", "maintain", "write"];
const roles: readonly ForgeRole[] = [...writers, "triage", "read", "none"];
const cases = roles.flatMap((role) => (["wait", "look"] as const).map((strangers) => ({ role, strangers })));

test.each(cases)("somebody with the role $role reopened their own issue ($strangers)", async ({ role, strangers }) => {
  const { forge, pass, say, said, task, runs } = await openLoop({ intake: { strangers } });
  await forge.people.giveRole({ login: "actor", role });
  const id = await forge.people.openIssue({ title: "Mend it", labels: ["orchestrate"], as: "actor" });
  await pass(60_000);
  const name = /\/approve ([0-9a-f]{12})/.exec((await said(id)).join("\n"))?.[1];
  expect(name === undefined).toBe(writers.includes(role));
  if (name !== undefined) await say(id, `/approve ${name}`, PEOPLE.reviewer);
  await pass(60_000);
  await forge.people.editIssue({ id, state: "closed", as: "actor" });
  await pass(60_000);
  expect((await task(id)).status).toBe("done");
  const before = runs.length;
  expect(before).toBeGreaterThan(0);
  await forge.people.editIssue({ id, state: "open", as: "actor" });
  await pass(60_000);
  expect(runs.length > before).toBe(writers.includes(role));
});
