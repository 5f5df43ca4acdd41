import { provesCommit, type GradingRules, type Receipt, type TestRun } from "@orch/core";

import { patternFor } from "./command-pattern.ts";
import { testCommands, validationCommands } from "./known-commands.ts";
import { programsIn, type Program, type RanCommand } from "./programs.ts";

const MOST_TESTS = 30;
const MOST_VALIDATED = 10;
const LONGEST = 200;

type Rules = Pick<GradingRules, "testCommands" | "knownTestFailures">;

/** The test commands that an agent ran, each once; a program behind `cd … &&` or before `| tail` is the same one. */
export function testRunsIn(ran: readonly RanCommand[], rules: Rules | undefined): readonly TestRun[] {
  const found = new Map<string, TestRun>();
  for (const { exitCode, programs } of ran) {
    for (const program of programs.filter((each) => isTest(each, rules))) {
      const name = nameOf(program);
      const { runs = 0, failures = 0 } = found.get(name) ?? {};
      const failed = exitCode !== undefined && exitCode !== 0;
      const known = rules !== undefined && patternFor(program, rules.knownTestFailures) !== undefined;
      found.set(name, {
        command: name,
        runs: runs + 1,
        failures: failures + (failed ? 1 : 0),
        ...(exitCode === undefined ? {} : { passedLast: !failed }),
        ...(known ? { known } : {}),
      });
    }
  }
  return [...found.values()].slice(0, MOST_TESTS);
}

/** Linters and type checkers whose last run ended well. */
export function validatedIn(ran: readonly RanCommand[]): readonly string[] {
  const last = new Map<string, boolean>();
  for (const { exitCode, programs } of ran) {
    for (const program of programs) {
      if (patternFor(program, validationCommands) !== undefined) last.set(nameOf(program), exitCode === 0);
    }
  }
  return [...last].flatMap(([name, passed]) => (passed ? [name] : [])).slice(0, MOST_VALIDATED);
}

/** Tests that failed and were not expected to. */
export function failedTests(tests: readonly TestRun[] | undefined): readonly TestRun[] {
  return (tests ?? []).filter(({ failures, known }) => failures > 0 && known !== true);
}

/**
 * Those of the failed tests that nobody has seen pass since: neither the agent, nor orch, whose receipt of any test on
 * the commit is newer than all that the agent ran, and is proof. Unknown is not passed (seed row C46).
 */
export function openFailures(
  tests: readonly TestRun[] | undefined,
  { receipts, rules }: { readonly receipts: readonly Receipt[]; readonly rules: Rules },
): readonly TestRun[] {
  const proven = receipts.some(
    (receipt) => provesCommit(receipt, receipt.commit) && programsOf(receipt.argv).some((each) => isTest(each, rules)),
  );
  return proven ? [] : failedTests(tests).filter(({ passedLast }) => passedLast !== true);
}

function isTest(program: Program, rules: Rules | undefined): boolean {
  return patternFor(program, [...testCommands, ...(rules?.testCommands ?? [])]) !== undefined;
}

/** Words of an argument array, each quoted as a shell would need it. */
function programsOf(argv: readonly string[]): readonly Program[] {
  return programsIn(argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" "));
}

function nameOf(program: Program): string {
  return program.join(" ").slice(0, LONGEST);
}
