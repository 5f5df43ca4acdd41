import {
  orchError,
  provesCommit,
  type CheckSpec,
  type CloneCommand,
  type PreparedClone,
  type Receipt,
} from "@orch/core";

import type { StepContext } from "../context.ts";
import { endingFor, foldedTail, type Ending } from "../ending.ts";
import { describeExit, runCommand, type CommandRequest, type CommandResult } from "../run-command.ts";
import type { Harvest } from "./collect.ts";

const VERIFY_TIMEOUT_MS = 120_000;
const TAIL = 4_000;
/** How the verifying program says that something differs; anything else but 0 means that it can't tell. */
const DIFFERS = 1;

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
  let tree: Awaited<ReturnType<typeof verify>> | undefined;
  for (const [index, check] of checksOf(run).entries()) {
    const known = kept.get(check.name);
    if (known?.commit === commit) {
      receipts.push(known);
      continue;
    }
    if (tree === undefined) {
      await scrub(context, input);
      tree = await verify(context, { ...input, name: `verify-${index}` });
    }
    const ran = await runCheck(context, { ...input, check, index, before: tree.clean });
    tree = ran.after;
    const { receipt } = ran;
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
  input: CheckInput & { readonly check: CheckSpec; readonly index: number; readonly before: boolean },
): Promise<{ readonly receipt: Receipt; readonly after: Awaited<ReturnType<typeof verify>> }> {
  const { clone, harvest, check, index } = input;
  const request: CommandRequest = {
    name: `check-${index}-${check.name}`,
    purpose: "check",
    argv: check.run,
    env: { CI: "true" },
    timeoutMs: check.timeoutMs,
    network: "project",
  };
  const { exit, tail } = await runCommand(context, { clone, request });
  const after = await verify(context, { ...input, name: `verify-${index + 1}` });
  const said = tail === "" && exit.cause !== "exited" ? describeExit(exit) : tail;
  const receipt: Receipt = {
    check: check.name,
    argv: check.run,
    ...(exit.cause === "exited" && exit.code !== undefined ? { exitCode: exit.code } : {}),
    timedOut: exit.cause === "wall",
    outputHash: exit.outputHash,
    outputBytes: exit.outputBytes,
    outputTail: after.clean
      ? said
      : `${said}\n[orch] The working tree differs from the commit:\n${after.paths}`.slice(-TAIL),
    startedAt: exit.startedAt,
    endedAt: exit.endedAt,
    commit: harvest.commit,
    tree: harvest.tree,
    clean: input.before && after.clean,
    ...(exit.confinement === undefined ? {} : { confinement: exit.confinement }),
  };
  return { receipt, after };
}

/** Whether the working tree equals the commit; with the paths that differ. Throws when that can't be told. */
async function verify(
  context: StepContext,
  input: CheckInput & { readonly name: string },
): Promise<{ readonly clean: boolean; readonly paths: string }> {
  const { clone, harvest, name } = input;
  const command = context.deps.workspace.verifyCommand({ clone, commit: harvest.commit });
  const { exit, tail } = await runGit(context, { clone, command, name });
  if (exit.cause === "exited" && command.accept.includes(exit.code ?? -1)) return { clean: true, paths: "" };
  if (exit.cause === "exited" && exit.code === DIFFERS) return { clean: false, paths: tail.trim() };
  const hint = "Run orch doctor; the session's folder in the attempt holds more.";
  throw orchError("git_failed", `the working tree could not be compared with the commit: ${describeExit(exit)}`, {
    hint,
  });
}

/**
 * A change of an ignore rule can hide files that the checks need and the commit lacks (law 5). Then everything that is
 * ignored goes first, and the project's own set-up runs again.
 */
async function scrub(context: StepContext, input: CheckInput): Promise<void> {
  const { clone, harvest } = input;
  const hides = harvest.diff.files.some(({ path }) => path === ".gitignore" || path.endsWith("/.gitignore"));
  if (!hides) return;
  const command = context.deps.workspace.scrubCommand({ clone });
  const { exit } = await runGit(context, { clone, command, name: "scrub" });
  if (exit.cause !== "exited" || !command.accept.includes(exit.code ?? -1)) {
    throw orchError("git_failed", `ignored files could not be removed: ${describeExit(exit)}`);
  }
  const setUp = context.project.hooks.afterCreate;
  if (setUp === undefined) return;
  const request = {
    name: "hook-after-scrub",
    purpose: "hook",
    argv: setUp.run,
    env: {},
    timeoutMs: setUp.timeoutMs,
    network: "project",
  } as const;
  await runCommand(context, { clone, request });
}

function runGit(
  context: StepContext,
  input: { readonly clone: PreparedClone; readonly command: CloneCommand; readonly name: string },
): Promise<CommandResult> {
  const { clone, command, name } = input;
  const request: CommandRequest = {
    name,
    purpose: "git",
    argv: command.argv,
    env: command.env,
    timeoutMs: VERIFY_TIMEOUT_MS,
    network: "none",
  };
  return runCommand(context, { clone, request });
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
