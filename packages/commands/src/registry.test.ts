import { expect, test } from "vitest";

import { renderCompletions } from "./completions.ts";
import { renderOverview, renderVerbHelp, usageOf } from "./help.ts";
import { globalParams, parseCall } from "./parse-call.ts";
import { findVerb, isApiVerb, verbs, verbWords } from "./registry.ts";
import { argumentsSchema } from "./schemas.ts";
import { paramsOf, type Params, type Verb } from "./spec.ts";

test("names and aliases are unique and have one or two words", () => {
  const words = verbs.flatMap((verb) => [verb.name, ...verb.aliases]);
  expect(new Set(words).size).toBe(words.length);
  for (const word of words) expect(word).toMatch(/^[a-z]+( [a-z]+(-[a-z]+)?)?$/);
  expect(verbWords()).toEqual(words);
});

test.each(verbs.map((verb) => [verb.name, verb] as const))("%s is well formed", (_, verb: Verb) => {
  const letters = Object.values<Params[string]>({ ...verb.flags, ...globalParams }).flatMap(
    (param) => param.short ?? [],
  );
  expect(new Set(letters).size).toBe(letters.length);
  for (const key of Object.keys(verb.flags)) expect(Object.keys(globalParams)).not.toContain(key);
  expect(verb.summary).not.toMatch(/\.$/);
  expect(verb.surfaces).toContain("cli");
  expect(isApiVerb(verb) || !verb.surfaces.includes("chat")).toBe(true);
  expect(verb.examples.length).toBeGreaterThan(0);
});

test.each(verbs.flatMap((verb) => verb.examples))("the example %s parses", (example) => {
  const words = [...example.replace(/ >.*/, "").matchAll(/"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
  expect(words.shift()).toBe("orch");
  const result = parseCall(words);
  expect(result.ok && result.value.kind).toBe("verb");
});

test("the schema of a verb takes what the command line reads, and nothing else", () => {
  const result = parseCall(["task", "add", "x", "-l", "a", "--priority", "3", "--complexity", "simple"]);
  expect(result.ok).toBe(true);
  const verb = findVerb("task add");
  if (!result.ok || result.value.kind !== "verb" || verb === undefined) return;
  const schema = argumentsSchema(verb);
  expect(schema.safeParse({ ...result.value.values, folder: "/x", project: "a/b" }).success).toBe(true);
  for (const wrong of [
    { title: "x", colour: "red" },
    { title: "" },
    { title: " " },
    { title: 5 },
    { title: "x\0" },
    { title: "x", priority: 1.5 },
    { title: "x", priority: 1e9 },
    { title: "x", label: "a" },
    { title: "x", complexity: "huge" },
    JSON.parse('{"title":"x","__proto__":{"polluted":true}}') as unknown,
    [],
    null,
  ]) {
    expect(schema.safeParse(wrong).success).toBe(false);
  }
});

test.each(verbs.map((verb) => [verb.name, verb] as const))(
  "the schema of %s has a key for every parameter",
  (_, verb) => {
    const unknown = Object.keys(paramsOf(verb)).filter((key) => {
      const refused = argumentsSchema(verb).safeParse({ [key]: { odd: true } });
      return refused.success || !refused.error.issues.some((issue) => issue.path[0] === key);
    });
    expect(unknown).toEqual([]);
  },
);

test("help of a verb", () => {
  const verb = findVerb("task add");
  expect(verb === undefined ? "" : renderVerbHelp(verb)).toMatchSnapshot();
});

test("help of all", () => {
  expect(renderOverview()).toMatchSnapshot("overview");
  expect(renderOverview("project")).toMatchSnapshot("group");
});

test("usage lines", () => {
  expect(verbs.map((verb) => usageOf(verb))).toContain("orch task send <task> <text...> [flags]");
});

test.each(["bash", "zsh", "fish"] as const)("completions of %s name every verb and flag", (shell) => {
  const script = renderCompletions(shell);
  for (const verb of verbs) for (const word of verb.name.split(" ")) expect(script).toContain(word);
  expect(script).toContain("idempotency-key");
});
