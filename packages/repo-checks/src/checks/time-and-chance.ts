import { posix } from "node:path";

import { TIME_AND_CHANCE_OWNERS } from "../policy.ts";
import { productSources } from "../source-kinds.ts";
import { locate, textOf, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

const MEMBERS = new Set([
  "Date.now",
  "performance.now",
  "Math.random",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "process.hrtime",
]);
const CALLS = new Set(["setTimeout", "setInterval", "setImmediate", "randomUUID", "randomBytes", "randomInt"]);
const TIMER_MODULES = /^(node:)?timers(\/promises)?$/;

/** Time and randomness are injected; only the modules that implement the ports touch the real ones. */
export function checkTimeAndChance(workspace: Workspace): readonly Violation[] {
  return productSources(workspace)
    .filter(({ file }) => !TIME_AND_CHANCE_OWNERS.includes(posix.basename(file.path)))
    .flatMap(({ file }) => checkFile(file));
}

function checkFile(file: TextFile): readonly Violation[] {
  const found: Violation[] = [];
  const report = (offset: number, what: string): void => {
    found.push({ where: locate(file, offset), message: `${what}: take a Clock or Random instead` });
  };
  visit(file, {
    MemberExpression: (node) => {
      const text = textOf(file, node);
      if (MEMBERS.has(text)) report(node.start, text);
    },
    CallExpression: (node) => {
      const text = textOf(file, node.callee);
      if (CALLS.has(text)) report(node.start, text);
    },
    NewExpression: (node) => {
      // `new Date(milliseconds)` only converts; without an argument it reads the clock.
      if (textOf(file, node.callee) === "Date" && node.arguments.length === 0) {
        report(node.start, "new Date()");
      }
    },
    ImportDeclaration: (node) => {
      if (TIMER_MODULES.test(node.source.value)) report(node.start, node.source.value);
    },
  });
  return found;
}
