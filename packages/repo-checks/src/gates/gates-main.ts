// `npm test [-- gate ...]`: runs the gates in order and ends with plain totals.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { findRoot } from "../find-root.ts";
import { GATES, type Gate } from "./gates.ts";
import { runGate, type GateResult } from "./run-gate.ts";
import { closingLines, formatCounts, readTestCounts } from "./summary.ts";

function exists(gate: Gate, root: string): boolean {
  if (gate.onlyWithScript === undefined) return true;
  const manifest = join(root, gate.onlyWithScript.folder, "package.json");
  if (!existsSync(manifest)) return false;
  const parsed = JSON.parse(readFileSync(manifest, "utf8")) as { scripts?: Record<string, string> };
  return parsed.scripts?.[gate.onlyWithScript.script] !== undefined;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function runAndReport(gate: Gate, run: () => Promise<GateResult>): Promise<GateResult> {
  process.stdout.write(`${gate.name.padEnd(16)} `);
  const result = await run();
  say(`${result.passed ? "ok  " : "FAIL"} ${result.seconds.toFixed(1)} s`);
  if (!result.passed) say(`\n${result.output.trimEnd()}\n`);
  else if (closingLines(result.output) !== "") say(closingLines(result.output));
  return result;
}

async function main(names: readonly string[]): Promise<void> {
  const root = findRoot(import.meta.dirname);
  const unknown = names.filter((name) => !GATES.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    say(`No such gate: ${unknown.join(", ")}. Gates: ${GATES.map((gate) => gate.name).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const chosen = GATES.filter((gate) => names.length === 0 || names.includes(gate.name));
  const failed: string[] = [];
  let counts = "";
  const report = async (gate: Gate, run: () => Promise<GateResult>): Promise<void> => {
    const result = await runAndReport(gate, run);
    if (!result.passed) failed.push(gate.name);
    const read = gate.name === "tests" ? readTestCounts(result.output) : undefined;
    if (read !== undefined) counts = formatCounts(read);
  };
  const beside: { readonly gate: Gate; readonly result: Promise<GateResult> }[] = [];
  for (const gate of chosen.filter((candidate) => exists(candidate, root))) {
    if (gate.beside === true) {
      beside.push({ gate, result: runGate(gate, root) });
      continue;
    }
    await report(gate, () => runGate(gate, root));
    for (const earlier of beside.splice(0)) await report(earlier.gate, () => earlier.result);
  }
  for (const earlier of beside) await report(earlier.gate, () => earlier.result);
  say("");
  if (counts !== "") say(counts);
  say(failed.length === 0 ? "All gates passed." : `Failed gates: ${failed.join(", ")}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

await main(process.argv.slice(2));
