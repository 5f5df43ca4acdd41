import { provesCommit, type CheckSpec, type PreparedClone, type Receipt } from "@orch/core";

import type { StepContext } from "../context.ts";
import { endingFor, foldedTail, type Ending } from "../ending.ts";
import { describeExit, runCommand, type CommandRequest, type CommandResult } from "../run-command.ts";
import type { Harvest } from "./collect.ts";

const VERIFY_TIMEOUT_MS = 120_000;

interface CheckInput {
  readonly clone: PreparedClone;
  readonly harvest: Harvest;
}

/**
 * Runs the project's checks on exactly the collected commit and keeps a receipt for each. All run, so that the next
 * attempt learns everything at once. Undefined: all receipts prove the commit.
 */
export async function runChecks(context: StepContext, input: CheckInput): Promise<Ending | undefined> {
  const { journal, run } = context;
  const { commit } = input.harvest;
  if (journal.output("check") === undefined) await journal.started("check", "validating");
  const kept = new Map((await journal.receipts()).map((receipt) => [receipt.check, receipt]));
  const receipts: Receipt[] = [];
  let clean: boolean | undefined;
  for (const [index, check] of checksOf(run).entries()) {
    const known = kept.get(check.name);
    if (known?.commit === commit) {
      receipts.push(known);
      continue;
    }
    clean ??= await isClean(context, { ...input, name: `verify-${index}` });
    const receipt = await runCheck(context, { ...input, check, index, clean });
    ({ clean } = receipt);
    await journal.keep(receipt);
    receipts.push(receipt);
  }
  await context.deps.files.write(context.ref, {
    name: "receipts.json",
    text: `${JSON.stringify(receipts, null, 2)}\n`,
  });
  const bad = receipts.filter((receipt) => !provesCommit(receipt, commit));
  if (journal.output("check") === undefined) {
    await journal.done("check", { output: { run: receipts.length, failed: bad.length } });
  }
  return bad.length === 0 ? undefined : failed(bad);
}

/** The project's checks, then the task's own; a name that comes again gets a number, because receipts go by name. */
export function checksOf(run: StepContext["run"]): readonly CheckSpec[] {
  const taken = new Set<string>();
  return [...run.project.checks, ...run.task.checks].map((check) => {
    let { name } = check;
    for (let number = 2; taken.has(name); number += 1) name = `${check.name}-${number}`;
    taken.add(name);
    return { ...check, name };
  });
}

async function runCheck(
  context: StepContext,
  input: CheckInput & { readonly check: CheckSpec; readonly index: number; readonly clean: boolean },
): Promise<Receipt> {
  const { clone, harvest, check, index } = input;
  const request: CommandRequest = {
    name: `check-${index}-${check.name}`,
    purpose: "check",
    argv: check.run,
    env: { CI: "true" },
    timeoutMs: check.timeoutMs,
    network: true,
  };
  const { exit, tail } = await runCommand(context, { clone, request });
  const cleanAfter = await isClean(context, { ...input, name: `verify-${index + 1}` });
  return {
    check: check.name,
    argv: check.run,
    ...(exit.cause === "exited" && exit.code !== undefined ? { exitCode: exit.code } : {}),
    timedOut: exit.cause === "wall",
    outputHash: exit.outputHash,
    outputBytes: exit.outputBytes,
    outputTail: tail === "" && exit.cause !== "exited" ? describeExit(exit) : tail,
    startedAt: exit.startedAt,
    endedAt: exit.endedAt,
    commit: harvest.commit,
    tree: harvest.tree,
    clean: input.clean && cleanAfter,
  };
}

async function isClean(context: StepContext, input: CheckInput & { readonly name: string }): Promise<boolean> {
  const { clone, harvest, name } = input;
  const command = context.deps.workspace.verifyCommand({ clone, commit: harvest.commit });
  const request: CommandRequest = {
    name,
    purpose: "git",
    argv: command.argv,
    env: command.env,
    timeoutMs: VERIFY_TIMEOUT_MS,
    network: false,
  };
  const { exit }: CommandResult = await runCommand(context, { clone, request });
  return exit.cause === "exited" && command.accept.includes(exit.code ?? -1);
}

function failed(bad: readonly Receipt[]): Ending {
  const names = bad.map((receipt) => `${receipt.check} (${outcomeOf(receipt)})`).join(", ");
  const shape = bad
    .map((receipt) => `${receipt.check} ${outcomeOf(receipt)} ${foldedTail(receipt.outputTail)}`)
    .join("\n");
  const ending = endingFor("checks_failed", shape);
  const lesson = `orch ran the project's checks on your commit and these failed: ${names}. Their output is below.`;
  return { ...endingFor("checks_failed", `Failed: ${names}.`), fingerprint: ending.fingerprint, lesson };
}

function outcomeOf(receipt: Receipt): string {
  if (receipt.timedOut) return "timed out";
  if (!receipt.clean) return "changed the working tree";
  return receipt.exitCode === undefined ? "did not end by itself" : `exit code ${receipt.exitCode}`;
}
