import { expect, test } from "vitest";

import { plant, type PlantedMember } from "../planted.ts";
import { checkContractSuites } from "./contract-suites.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkLayers } from "./layers.ts";
import { checkManifests } from "./manifests.ts";
import { checkReadmes } from "./readmes.ts";

function dependsOn(dependencies: Readonly<Record<string, string>>): PlantedMember {
  return { manifest: { dependencies } };
}

test.each([
  ["core", "@orch/store", /layer 0.*layer 2/],
  ["engine", "@orch/store", /layer 2.*layer 2/],
  ["store", "@orch/daemon", /layer 3/],
  ["store", "@orch/testing", /development/],
])("%s may not depend on %s", (name, dependency, message) => {
  const found = checkLayers(plant({ [name]: dependsOn({ [dependency]: "workspace:^" }) }));
  expect(found[0]?.message).toMatch(message);
});

test("a lower layer may be used, and a member without a layer is refused", () => {
  expect(checkLayers(plant({ store: dependsOn({ "@orch/core": "workspace:^" }) }))).toEqual([]);
  expect(checkLayers(plant({ surprise: {} }))[0]?.message).toMatch(/no layer/);
});

test("a product file may not import a member that only tests may use", () => {
  const text = 'import { fakeClock } from "@orch/testing";';
  const found = checkLayers(plant({ store: { files: { "src/a.ts": text } } }));
  expect(found[0]?.message).toMatch(/not in dependencies/);
  expect(checkLayers(plant({ store: { files: { "src/a.test.ts": text } } }))).toEqual([]);
});

test("a third-party package has its homes", () => {
  const zod = dependsOn({ zod: "catalog:" });
  expect(checkDependencies(plant({ engine: zod }))[0]?.message).toMatch(/may not depend on zod/);
  expect(checkDependencies(plant({ config: zod, testing: zod }))).toEqual([]);
});

test("versions come from the catalog and the workspace", () => {
  const found = checkDependencies(plant({ testing: dependsOn({ zod: "^4.0.0", "@orch/core": "workspace:*" }) }));
  expect(found.map(({ message }) => message)).toEqual([
    'zod must be "catalog:", not "^4.0.0"',
    '@orch/core must be "workspace:^", not "workspace:*"',
  ]);
});

test("an adapter whose tests call no contract suite is refused", () => {
  const suites = { "@orch/store": ["describeStore"] };
  const silent = plant({ store: { files: { "src/a.test.ts": "// describeStore()" } } });
  expect(checkContractSuites(silent, suites)[0]?.message).toBe("no test calls describeStore");
  const calling = plant({ store: { files: { "src/a.test.ts": "describeStore(make);" } } });
  expect(checkContractSuites(calling, suites)).toEqual([]);
});

const PUBLISHED = {
  description: "A package for this test.",
  license: "MIT",
  type: "module",
  sideEffects: false,
  files: ["dist", "README.md"],
  exports: { ".": { "@orch/source": "./src/index.ts", default: "./dist/index.mjs" } },
  publishConfig: {
    exports: { ".": { types: "./dist/index.d.mts", default: "./dist/index.mjs" } },
  },
  scripts: { build: "tsdown" },
  engines: { node: ">=24" },
} as const;

test("a complete manifest passes", () => {
  expect(checkManifests(plant({ store: { manifest: PUBLISHED } }))).toEqual([]);
});

test.each([
  [{ license: "GPL" }, /license/],
  [{ files: ["src"] }, /files/],
  [{ sideEffects: true }, /sideEffects/],
  [{ exports: { ".": "./src/index.ts" } }, /^exports/],
  [{ publishConfig: {} }, /publishConfig/],
  [{ scripts: {} }, /build/],
  [{ engines: { node: ">=20" } }, /engines/],
  [{ name: "store" }, /name/],
])("a manifest with %o is refused", (change, message) => {
  const found = checkManifests(plant({ store: { manifest: { ...PUBLISHED, ...change } } }));
  expect(found[0]?.message).toMatch(message);
});

test("a development member must be private", () => {
  const found = checkManifests(plant({ testing: { manifest: PUBLISHED } }));
  expect(found[0]?.message).toBe("must be private");
});

const README = [
  "# @orch/store",
  "",
  "Keeps what happened, in one file that survives a crash.",
  "",
  "```ts",
  'import { openStore } from "@orch/store";',
  "```",
  "",
  "| export | what it is |",
  "| --- | --- |",
  "| `openStore` | opens it |",
  "",
  "## Never",
  "",
  "- No second writer.",
].join("\n");

test("a complete README passes, a missing one does not", () => {
  expect(checkReadmes(plant({ store: { readme: README } }))).toEqual([]);
  expect(checkReadmes(plant({ store: {} }))[0]?.message).toBe("is missing");
});

test.each([
  ["# @orch/store", /must begin/],
  ["Keeps what happened, in one file that survives a crash.", /one sentence/],
  ["```ts", /example/],
  ["| export | what it is |", /table/],
  ["## Never", /Never/],
])("a README without %s is refused", (part, message) => {
  const found = checkReadmes(plant({ store: { readme: README.replace(part, "x") } }));
  expect(found.map((violation) => violation.message).join("\n")).toMatch(message);
});
