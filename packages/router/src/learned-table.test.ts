import { parseAgentName, parseProjectId, unwrap, type Landing } from "@orch/core";
import { expect, test } from "vitest";

import { learnedTable } from "./learned-table.ts";

const project = unwrap(parseProjectId("acme/app"));
const settings = { mode: "on", halfLifeMs: 1000, share: 0.05, minTasks: 3, minLanded: 0.2, costWeight: 0.1 } as const;

function landing(agent: string, over: Partial<Landing> = {}): Landing {
  const fate = { fate: "landed", reworks: 0, at: 0 } as const;
  return { project, complexity: "medium", agent: unwrap(parseAgentName(agent)), ...fate, ...over };
}

test("a row for each agent, model and kind of task, the best first, with counts of that kind alone", () => {
  const landings = [
    ...[1, 2, 3].map(() => landing("codex", { fate: "lost", costUsd: 2 })),
    landing("claude", { costUsd: 1 }),
    landing("claude", { fate: "reworked", reworks: 1, costUsd: 1 }),
    landing("claude", { model: "small" }),
    landing("codex", { kind: "bug" }),
  ];
  const rows = learnedTable(landings, { settings, now: 0 });
  expect(
    rows.map(({ agent, model = "-", kind = "-", landed, reworked, lost, floor }) =>
      [kind, agent, model, landed, reworked, lost, floor].join(" "),
    ),
  ).toEqual([
    "- claude small 1 0 0 unproven",
    "- claude - 1 1 0 unproven",
    "- codex - 0 0 3 held_back",
    "bug codex - 1 0 0 none",
  ]);
  expect(rows[3]?.mean).toBeLessThan(0.6);
  expect(learnedTable([], { settings, now: 0 })).toEqual([]);
});
