import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { problemLine } from "./problem.ts";
import { readConfigText, type WrittenConfig } from "./read-config-text.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { FileKind } from "./sift-keys.ts";

function read(text: string, env: Record<string, string> = {}, kind: FileKind = "global"): WrittenConfig {
  return readConfigText({ path: "c.yml", kind, text, env });
}

function problems(text: string, env: Record<string, string> = {}): readonly string[] {
  return read(text, env).problems.map(problemLine);
}

describe("problems", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "an unknown key",
      "engine:\n  max_paralel: 3\n",
      ["c.yml:2:3: engine.max_paralel is not a known key; did you mean max_parallel?"],
    ],
    ["an unknown key without a value", "enginee:\n", ["c.yml:1:1: enginee is not a known key; did you mean engine?"]],
    [
      "a key on the wrong level",
      "max_parallel: 3\n",
      ["c.yml:1:1: max_parallel is not a known key; did you mean engine.max_parallel?"],
    ],
    ["a key like no other", "zzzzzzzz: 3\n", ["c.yml:1:1: zzzzzzzz is not a known key"]],
    [
      "dashes for underscores",
      "engine: {max-parallel: 2}",
      ["c.yml:1:10: engine.max-parallel is not a known key; did you mean max_parallel?"],
    ],
    [
      "a key of an agent",
      "agents:\n  codex:\n    modle: x\n",
      ["c.yml:3:5: agents.codex.modle is not a known key; did you mean model?"],
    ],
    ["__proto__", "__proto__: {a: 1}\n", ["c.yml:1:1: __proto__ is not a known key"]],
    ["a wrong type", "engine:\n  max_parallel: many\n", ["c.yml:2:3: engine.max_parallel must be a whole number"]],
    [
      "a wrong duration",
      "workflow: {timeout_seconds: soon}\n",
      ["c.yml:1:12: workflow.timeout_seconds must be seconds as a number, or a text such as 30s, 5m or 1h"],
    ],
    [
      "a shell text",
      "checks:\n  - name: test\n    run: npm test\n",
      ["c.yml:3:5: checks[0].run must be a list of words, such as [npm, test]: orch starts programs without a shell"],
    ],
    ["a missing key", "checks:\n  - name: test\n", ["c.yml:2:5: checks[0].run is missing"]],
    [
      "a branch for two",
      "branch: {template: 'task-{slug}'}",
      ["c.yml:1:10: branch.template must contain {issue} or {id}, so that no two tasks share it"],
    ],
    [
      "an unknown placeholder",
      "branch: {template: '{id}-{name}'}",
      ["c.yml:1:10: branch.template may hold only the placeholders {issue}, {id} and {slug}"],
    ],
    [
      "an agent name",
      "agents: {Codex: {}}",
      ["c.yml:1:10: agents.Codex must be an agent name: lower case letters, digits, - and _"],
    ],
    [
      "an unknown driver",
      "agents: {a: {driver: clod}}",
      ["c.yml:1:14: agents.a.driver must be one of claude, codex, kimi, minimax, opencode, acp, command, replay"],
    ],
    ["broken YAML", "a:\n\t- b\n", ["c.yml:2:1: is not valid YAML: Tabs are not allowed as indentation"]],
    ["a key twice", "engine: {}\nengine: {}\n", ["c.yml:2:1: is not valid YAML: Map keys must be unique"]],
    ["a list", "- a\n", ["c.yml:1:1: must hold keys and values, such as `engine:`"]],
    ["an unknown anchor", "engine: *a\n", ["c.yml:1:9: engine refers to an unknown anchor a"]],
    [
      "a circle",
      "agents: {a: {command: x, options: {b: &b [*b]}}}\n",
      ["c.yml:1:43: agents.a.options.b is nested too deeply or holds too much"],
    ],
  ])("%s", (...[, text, expected]) => {
    expect(problems(text)).toEqual(expected);
  });

  test("all at once, and nothing of a broken file is used", () => {
    const text = 'engine: {max_parallel: 0, tik_interval: 1}\nmerge: {policy: yolo}\ngit: {name: "${NAME}"}\n';
    const written = read(text);
    expect(written.problems.map(problemLine)).toEqual([
      "c.yml:1:10: engine.max_parallel must be at least 1",
      "c.yml:1:27: engine.tik_interval is not a known key; did you mean tick_interval?",
      "c.yml:2:9: merge.policy must be never, approve_gate or auto",
      "c.yml:3:13: git.name the environment variable NAME is not set",
    ]);
    expect(written.file).toEqual({});
  });

  test("aliases that explode are refused", () => {
    const lines = Array.from(
      { length: 20 },
      (_, index) => `  a${index}: &a${index} [${index === 0 ? "x" : `*a${index - 1}, *a${index - 1}, *a${index - 1}`}]`,
    );
    const found = problems(`agents:\n  x:\n    options:\n${lines.map((line) => `    ${line}`).join("\n")}\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("is nested too deeply or holds too much");
  });
});

describe("variables", () => {
  test("are replaced in values", () => {
    const text =
      'git: {name: "${NAME} of ${TEAM:-us}", email: "${MAIL:-}a@b"}\nagents: {a: {command: x, env: {K: "$${NAME}", L: "${EMPTY:-full}"}}}\n';
    expect(read(text, { NAME: "Ada", EMPTY: "" }).file).toMatchObject({
      git: { name: "Ada of us", email: "a@b" },
      agents: { a: { env: { K: "${NAME}", L: "full" } } },
    });
  });

  test("give numbers where numbers belong, and keep texts elsewhere", () => {
    const written = read('engine:\n  max_parallel: ${N:-3}\nagents: {a: {command: x, env: {K: "${ZEROS}"}}}', {
      ZEROS: "007",
    });
    expect(written.problems).toEqual([]);
    expect(written.file).toMatchObject({ engine: { max_parallel: 3 }, agents: { a: { env: { K: "007" } } } });
    expect(problems("engine:\n  max_parallel: ${N}\n", { N: "many" })).toEqual([
      "c.yml:2:3: engine.max_parallel must be a whole number",
    ]);
  });

  test("are named when unset, and inherited names count as unset", () => {
    expect(problems("git:\n  name: ${NOBODY} ${toString} ${1x}\n")).toEqual([
      "c.yml:2:9: git.name the environment variable NOBODY is not set; the environment variable toString is not set; ${1x} is not a variable; write $${ for a plain ${",
    ]);
  });

  test("never show their value in a problem", () => {
    expect(problems("merge:\n  policy: ${SECRET}\n", { SECRET: "hunter2" }).join()).not.toContain("hunter2");
  });
});

describe("keys of the seeds", () => {
  test("permissions that are a mapping keep their mode", () => {
    const written = read("workflow: {permissions: {mode: supervised, sandbox: workspace-write}, max_attempts: 2}\n");
    expect([written.problems, written.file]).toEqual([
      [],
      { workflow: { permissions: "supervised", max_attempts: 2 } },
    ]);
    expect(written.notices.map(problemLine)).toEqual([
      "c.yml:1:44: workflow.permissions.sandbox asks for what orch's own sandbox gives, see sandbox.mode: an agent writes to its clone alone",
      "c.yml:1:26: workflow.permissions.mode is called workflow.permissions now",
    ]);
    expect(read("workflow: {permissions: {modes: supervised}}\n").problems).toHaveLength(1);
  });

  test("are accepted, set aside and told", () => {
    const text =
      "telegram_bot: {port: 8080}\nworkflow: {sandbox: false, max_attempts: 2, stuck_timeout: 60}\nagents: {codex: {sandbox: full-auto}}\njobs: []\n";
    const written = read(text);
    expect(written.problems).toEqual([]);
    expect(written.file).toEqual({
      workflow: { max_attempts: 2 },
      engine: { stuck_timeout: 60 },
      agents: { codex: {} },
    });
    expect(written.notices.map(problemLine)).toEqual([
      "c.yml:2:45: workflow.stuck_timeout is called engine.stuck_timeout now",
      "c.yml:2:12: workflow.sandbox changes nothing: agents have clones of their own, and your folder is never theirs",
      "c.yml:3:18: agents.codex.sandbox asks for what orch's own sandbox gives, see sandbox.mode: an agent writes to its clone alone",
      "c.yml:1:1: telegram_bot is known, but not used yet",
      "c.yml:4:1: jobs is known, but not used yet",
    ]);
  });

  test("none of an earlier system's words loosens the sandbox, and none that holds more is passed over", () => {
    const text = "agents: {codex: {sandbox: danger-full-access}}\nworkflow: {permissions: {sandbox: none}}\n";
    const { file, notices, problems } = read(text);
    expect([file.sandbox, problems]).toEqual([undefined, []]);
    expect(notices.map(({ key, message }) => [key, message.slice(0, 18)])).toEqual([
      ["agents.codex.sandbox", "asks for less than"],
      ["workflow.permissions.sandbox", "asks for less than"],
    ]);
    for (const held of ["agents: {codex: {sandbox: read-only}}", "policy: {codex_sandbox: read-only}"]) {
      expect(read(held).problems).toMatchObject([{ message: expect.stringContaining("change nothing") as unknown }]);
    }
    expect(read("policy: {codex_sandbox: some}").notices).toMatchObject([
      { message: expect.stringContaining("names no sandbox") as unknown },
    ]);
  });

  test("some belong to one kind of file", () => {
    const project = read("repo: acme/app\nengine: {max_parallel: 9}\n", {}, "project");
    expect(project.file).toEqual({ gh: { repo: "acme/app" } });
    expect(project.notices.map(problemLine)).toEqual([
      "c.yml:1:1: repo is called gh.repo now",
      "c.yml:2:1: engine is only read from the global config.yml",
    ]);
    expect(read("gh: {repo: acme/app}\n").notices.map(problemLine)).toEqual([
      "c.yml:1:6: gh.repo is only read from a project's .orch.yml",
    ]);
  });
});

describe("fuzz", () => {
  const key = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(
      "engine",
      "agents",
      "codex",
      "max_parallel",
      "checks",
      "hooks",
      "workflow",
      "__proto__",
      "constructor",
      "gh",
      "repo",
      "router",
      "projects",
    ),
  );
  const tree = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string({ maxLength: 10 }),
      fc.integer(),
      fc.constantFrom(null, true, "${A}", "${", "*a", "&a"),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key, tie("value"), { maxKeys: 5 }),
    ),
  })).value;
  const line = fc
    .tuple(
      fc.constantFrom("", "  ", "    ", "\t", "- "),
      key,
      fc.constantFrom(": ", ":", " ", ": &a ", ": *a", ": |\n", ": [", ": {", "? ", "!!set "),
      fc.string({ maxLength: 6 }),
    )
    .map((parts) => parts.join(""));
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    tree.map((value) => JSON.stringify(value)),
    fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n")),
  );

  test("1,000 random documents give a file or problems, and never throw", () => {
    fc.assert(
      fc.property(text, fc.constantFrom<FileKind>("global", "project"), (document, kind) => {
        const written = read(document, {}, kind);
        for (const problem of written.problems) {
          expect(problem.place?.line).toBeGreaterThan(0);
          expect(problemLine(problem)).not.toBe("");
        }
        if (written.problems.length > 0) expect(written.file).toEqual({});
        const resolved = resolveConfig({ home: "/home", env: {}, files: [written] });
        expect(Object.isFrozen(resolved.config)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
