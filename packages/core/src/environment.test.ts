import { expect, test } from "vitest";

import { filledVariables, freeBlocks, strangePlaceholders, taskNames, taskVariables } from "./environment.ts";
import { internalTaskId, parseBranchName, parseProjectId } from "./ids.ts";
import { unwrap } from "./result.ts";

const task = { project: unwrap(parseProjectId("Acme/My.App")), id: internalTaskId(7) };
const branch = unwrap(parseBranchName("gh-task-7/Log_in"));
const facts = { task, branch, clone: "/clones/7" };
const ports = { first: 20_010, count: 3 };

test("blocks lie side by side, keep to their range, and pass over what is leased", () => {
  const rules = { base: 20_000, size: 10, last: 20_049 };
  const leased = [
    { first: 20_000, count: 10 },
    { first: 20_025, count: 1 },
  ];
  expect([...freeBlocks(rules, leased)].map(({ first }) => first)).toEqual([20_010, 20_030, 20_040]);
  expect([...freeBlocks({ ...rules, last: 20_048 }, leased)].map(({ first }) => first)).toEqual([20_010, 20_030]);
  expect([...freeBlocks({ ...rules, size: 0 }, [])]).toEqual([]);
});

test("names are valid for Compose and for databases, and differ where projects or ids do", () => {
  const { compose, database } = taskNames(task);
  expect(compose).toMatch(/^orch-my-app-int-7-[0-9a-f]{8}$/);
  expect(database).toMatch(/^orch_my_app_int_7_[0-9a-f]{8}$/);
  const other = taskNames({ ...task, project: unwrap(parseProjectId("acme/my-app")) });
  expect(other.compose).not.toBe(compose);
  const long = taskNames({ ...task, project: unwrap(parseProjectId(`acme/${"x".repeat(90)}`)) });
  expect(long.database.length).toBeLessThanOrEqual(63);
});

test("a task's variables tell of it, and of its ports where it has some", () => {
  expect(taskVariables(facts)).toEqual({
    ORCH_TASK_ID: "int-7",
    ORCH_TASK_SLUG: "gh-task-7-log-in",
    ORCH_BRANCH: "gh-task-7/Log_in",
    ORCH_CLONE: "/clones/7",
    ORCH_DB_NAME: taskNames(task).database,
    COMPOSE_PROJECT_NAME: taskNames(task).compose,
  });
  expect(taskVariables({ ...facts, ports })).toMatchObject({
    ORCH_PORT: "20010",
    ORCH_PORT_COUNT: "3",
    ORCH_PORT_0: "20010",
    ORCH_PORT_2: "20012",
  });
});

test("templates are filled; one that wants a port that is not there is left out", () => {
  const templates = { URL: "http://localhost:{{port}}/{{port_2}}", ONE: "{{task}} {{slug}} {{db}}", FAR: "{{port_3}}" };
  const one = `int-7 gh-task-7-log-in ${taskNames(task).database}`;
  expect(filledVariables(templates, { ...facts, ports })).toEqual({ URL: "http://localhost:20010/20012", ONE: one });
  expect(filledVariables(templates, facts)).toEqual({ ONE: one });
});

test("strange placeholders are named", () => {
  expect(strangePlaceholders("{{port}}{{port_9}}{{compose}} {port} ${PORT}", 10)).toEqual([]);
  expect(strangePlaceholders("{{port_10}} {{ port }} {{constructor}} {{}} {{port_01}}", 10)).toEqual([
    "port_10",
    " port ",
    "constructor",
    "",
    "port_01",
  ]);
  expect(strangePlaceholders("{{port}} {{port_0}}", 0)).toEqual(["port", "port_0"]);
});
