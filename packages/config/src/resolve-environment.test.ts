import { expect, test } from "vitest";

import { readConfigText } from "./read-config-text.ts";
import { resolveConfig, type Resolved } from "./resolve-config.ts";

function resolved(texts: { readonly global?: string; readonly project?: string }): Resolved {
  const files = (["global", "project"] as const).map((kind) =>
    readConfigText({ path: `/home/me/${kind}.yml`, kind, text: texts[kind] ?? "{}", env: {} }),
  );
  expect(files.flatMap(({ problems }) => problems)).toEqual([]);
  return resolveConfig({ home: "/home/me/.orch", env: {}, files });
}

test("tasks have ten ports each, and the variables of both files stay apart", () => {
  const { config, problems } = resolved({
    global: "environment: {variables: {SITE: 'http://localhost:{{port}}'}}",
    project: "environment: {variables: {DATABASE_URL: 'postgres://localhost/{{db}}'}, ports: {base: 80}}",
  });
  expect(problems).toEqual([]);
  expect(config.environment).toEqual({
    ports: { base: 20_000, size: 10, last: 29_999 },
    variables: { SITE: "http://localhost:{{port}}" },
    projectVariables: { DATABASE_URL: "postgres://localhost/{{db}}" },
  });
});

test.each([
  ["1ST: x", "is not a name of a variable"],
  ["ORCH_PORT: x", "is a variable that can't be set here"],
  ["Path: x", "is a variable that can't be set here"],
  ["LD_PRELOAD: x", "is a variable that can't be set here"],
  ["NODE_OPTIONS: x", "is a variable that can't be set here"],
  ["API_TOKEN: x", "looks like a secret, which no session may hold"],
  [
    "SITE: '{{ports}}'",
    "holds {{ports}}: placeholders are port, task, slug, branch, clone, db, compose, and port_0 and on",
  ],
  ["SITE: '{{port_10}}'", "holds {{port_10}}: tasks have 10 ports (environment.ports.size)"],
])("the variable %s is refused, in either file, at its place", (variable, message) => {
  for (const kind of ["global", "project"] as const) {
    const { problems } = resolved({ [kind]: `environment:\n  variables:\n    ${variable}\n` });
    expect(problems).toMatchObject([{ message, place: { file: `/home/me/${kind}.yml`, line: 3 } }]);
  }
});

test("blocks need room, and templates know how many ports there are", () => {
  const none = resolved({ global: "environment: {ports: {size: 0}, variables: {SITE: '{{port}}'}}" });
  expect(none.problems.map(({ key }) => key)).toEqual(["environment.variables.SITE"]);
  const narrow = resolved({ global: "environment: {ports: {base: 20000, size: 10, last: 20008}}" });
  expect(narrow.problems).toMatchObject([
    { key: "environment.ports.last", message: "leaves no room for a single block" },
  ]);
});
