import { orchError, parseAgentName, unwrap, type Forge } from "@orch/core";
import { expect, test } from "vitest";

import { openForgeScene } from "./forge-scene.ts";

const ALL = ["ann", "ben", "cleo"].map((name) => unwrap(parseAgentName(name)));
test.each(["/reroute", "/reroute cleo"])("%s whose request to take labels off is lost once", async (command) => {
  let lost = false;
  const site = await openForgeScene({
    agents: ALL,
    over: (forge): Partial<Forge> => ({
      async setLabels(asked) {
        if (!lost && asked.remove.includes("agent:ben")) {
          lost = true;
          throw orchError("forge_limited", "the request is lost");
        }
        return forge.setLabels(asked);
      },
    }),
  });
  const { forge, pass, task, scene } = site;
  const id = await forge.people.openIssue({ title: "Fix it", labels: ["orchestrate", "agent:ben"] });
  await pass(60_000);
  await forge.people.comment({ thread: Number(id), body: command });
  await pass(600_000);
  const workers = (await scene.store.attempts(await task(id))).map(({ assignment }) => assignment.agent);
  expect(lost).toBe(true);
  expect({
    pin: (await task(id)).pins.agent,
    labels: (await forge.issue(id))?.labels.includes("agent:ben"),
    workers,
  }).toEqual({
    pin: command === "/reroute" ? undefined : "cleo",
    labels: false,
    workers: ["ben", expect.not.stringMatching("ben")],
  });
});
