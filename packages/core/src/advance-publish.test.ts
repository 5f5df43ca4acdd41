import { expect, test } from "vitest";

import {
  advance,
  defaultPolicy,
  parseProjectId,
  parseTaskId,
  unwrap,
  type Step,
  type Task,
  type TaskEvent,
  type TaskPolicy,
} from "./index.ts";

const project = unwrap(parseProjectId("acme/app"));
const onForge: TaskPolicy = { ...defaultPolicy, forge: { reviewAgent: false, maxReviewCycles: 2 } };
const source = { kind: "cli" } as const;
const spec = { title: "x", body: "", labels: [], source, pins: {}, priority: 0, dependsOn: [], checks: [] };
const asks = { type: "publish:requested", by: "cli:ann", labels: ["bug"] } as const;
const issue = { number: 12, url: "https://forge.test/issues/12" };

function begun(id: string, policy = onForge): Task {
  return stepOf(undefined, { id, policy, event: { type: "task:created", spec } }).task;
}

function stepOf(task: Task | undefined, move: { id: string; event: TaskEvent; policy?: TaskPolicy }): Step {
  const ref = { project, id: unwrap(parseTaskId(move.id)) };
  return unwrap(advance(task, { ref, event: move.event, policy: move.policy ?? onForge, now: 1, jitter: 0 }));
}

function kinds({ effects }: Step): readonly string[] {
  return effects.map(({ effect }) => effect.kind);
}

test("a task that began here has an issue opened for it, and is planned and shown again", () => {
  const asked = stepOf(begun("int-3"), { id: "int-3", event: asks });
  expect(kinds(asked)).toEqual(["task:route", "issue:open"]);
  const published = stepOf(asked.task, { id: "int-3", event: { type: "task:published", issue } });
  expect([published.task.issue, kinds(published)]).toEqual([issue, ["task:route", "forge:show"]]);
  const again = stepOf(published.task, { id: "int-3", event: asks });
  expect(kinds(again)).toEqual(["task:route", "forge:show"]);
});

test("a second issue never takes the place of the first, and the end of a task keeps it", () => {
  const event = { type: "task:published", issue } as const;
  const { task } = stepOf(begun("int-3"), { id: "int-3", event });
  const other = stepOf(task, { id: "int-3", event: { ...event, issue: { ...issue, number: 13 } } });
  const ended = stepOf(other.task, { id: "int-3", event: { type: "task:cancelled", by: "cli:ann", why: "" } });
  expect(ended.task).toMatchObject({ status: "cancelled", issue });
});

test("an issue's own task opens none, and without a forge the wish is refused", () => {
  expect(kinds(stepOf(begun("42"), { id: "42", event: asks }))).not.toContain("issue:open");
  const ref = { project, id: unwrap(parseTaskId("int-3")) };
  const refused = advance(begun("int-3", defaultPolicy), {
    ref,
    event: asks,
    policy: defaultPolicy,
    now: 1,
    jitter: 0,
  });
  expect(refused).toMatchObject({ ok: false, error: { code: "move_refused", message: "Its project is on no forge." } });
});
