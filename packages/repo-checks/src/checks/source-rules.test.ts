import { expect, test } from "vitest";

import { plant } from "../planted.ts";
import type { Check } from "../violation.ts";
import { checkCasts } from "./casts.ts";
import { checkEnvironment } from "./environment.ts";
import { checkErrors } from "./errors.ts";
import { checkPaths } from "./paths.ts";
import { checkProcessControl } from "./process-control.ts";
import { checkRelativeImports } from "./relative-imports.ts";
import { checkShell } from "./shell.ts";
import { checkTimeAndChance } from "./time-and-chance.ts";

const PRODUCT = "src/product.ts";
const IDS = { files: { "src/ids.ts": "export type TaskId = Branded<'TaskId'>;" } };

function run(check: Check, path: string, text: string): readonly string[] {
  const workspace = plant({ core: IDS, store: { files: { [path]: text } } });
  return check(workspace).map(({ where, message }) => `${where} ${message}`);
}

const BROKEN: readonly [check: Check, text: string, message: RegExp][] = [
  [checkErrors, 'throw new Error("x");', /typed error/],
  [checkErrors, 'const failure = Error("x");', /typed error/],
  [checkEnvironment, "export const home = process.env.HOME;", /process\.env/],
  [checkEnvironment, "export const folder = process.cwd();", /process\.cwd/],
  [checkTimeAndChance, "export const now = Date.now();", /Date\.now/],
  [checkTimeAndChance, "export const now = new Date();", /new Date/],
  [checkTimeAndChance, "setTimeout(stop, 10);", /setTimeout/],
  [checkTimeAndChance, "export const dice = Math.random();", /Math\.random/],
  [checkTimeAndChance, 'import { setTimeout as wait } from "node:timers/promises";', /timers/],
  [checkTimeAndChance, "export const id = randomUUID();", /randomUUID/],
  [checkPaths, 'export const folder = "/tmp/orch";', /fixed folder/],
  [checkPaths, "export const folder = `/home/${user}`;", /fixed folder/],
  [checkPaths, "export const here = __dirname;", /__dirname/],
  [checkShell, 'import { exec } from "node:child_process";', /child_process exec/],
  [checkShell, 'import * as processes from "node:child_process";', /child_process \*/],
  [checkShell, "spawn(command, { shell: true });", /shell option/],
  [checkShell, "execa(program, [], { shell });", /shell option/],
  [checkShell, 'spawn(program, ["-c", text]);', /"-c"/],
  [checkShell, 'spawn("/bin/sh", args);', /starts \/bin\/sh/],
  [checkProcessControl, "process.exit(1);", /process\.exit/],
  [checkProcessControl, 'process.on("SIGINT", stop);', /process\.on/],
  [checkCasts, "export const value = input as any;", /cast through any/],
  [checkCasts, "export const value = input as unknown as Task;", /cast through unknown/],
  [checkCasts, 'export const id = "1" as TaskId;', /cast to TaskId/],
  [checkRelativeImports, 'import { x } from "../../core/src/x.ts";', /leaves the package/],
  [checkRelativeImports, 'export { x } from "../../core/src/x.ts";', /leaves the package/],
  [checkRelativeImports, 'const x = await import("../../core/src/x.ts");', /leaves the package/],
];

test.each(BROKEN)("%o refuses %s", (check, text, message) => {
  const found = run(check, PRODUCT, `// first line\n${text}\n`);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(message);
  expect(found[0]).toMatch(/^packages\/store\/src\/product\.ts/);
});

const ALLOWED: readonly [check: Check, path: string, text: string][] = [
  [checkErrors, PRODUCT, '// throw new Error("x")\nthrow orchError("code", "x");'],
  [checkErrors, "src/internal/assert.ts", 'throw new Error("x");'],
  [checkErrors, "src/product.test.ts", 'throw new Error("x");'],
  [checkEnvironment, "src/env.ts", "export const home = process.env.HOME;"],
  [checkTimeAndChance, PRODUCT, "export const day = new Date(clock.now()).toISOString();"],
  [checkTimeAndChance, "src/system-clock.ts", "export const now = Date.now();"],
  [checkPaths, PRODUCT, 'export const path = "/tmpfile"; export const route = "/tasks/1";'],
  [checkShell, PRODUCT, 'import { spawn } from "node:child_process"; spawn("git", ["-C", path]);'],
  [checkShell, PRODUCT, "verb({ shell: z.string() }); spawn(git, args, { shell: false });"],
  [checkProcessControl, "src/main.ts", "process.exit(1);"],
  [checkProcessControl, "src/supervisor-main.ts", "process.exit(1);"],
  [checkCasts, PRODUCT, "export const value = input as unknown; export const x = [] as const;"],
  [checkRelativeImports, PRODUCT, 'import { x } from "./x.ts"; import { y } from "@orch/core";'],
];

test.each(ALLOWED)("%o accepts %s", (check, path, text) => {
  expect(run(check, path, text)).toEqual([]);
});

test("the place of a violation is its line", () => {
  expect(run(checkErrors, PRODUCT, '\n\nthrow new Error("x");')[0]).toMatch(/product\.ts:3 /);
});
