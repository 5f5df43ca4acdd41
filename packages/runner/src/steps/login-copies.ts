import type { AttemptRef } from "@orch/core";

import type { StepContext } from "../context.ts";
import type { RunnerDeps } from "../deps.ts";

/** The rule of values that the redactor was told of. */
const KNOWN_SECRET = "known-secret";

/** The login files that were copied for an agent, as its launch step's output keeps them. */
export async function loginCopies({ deps, ref, driver }: StepContext): Promise<readonly string[]> {
  const there = await Promise.all(driver.credentialFiles.map((name) => isThere(deps, { ref, name })));
  return driver.credentialFiles.filter((_, index) => there[index]);
}

/**
 * Removes the logins that drivers had copied for this attempt, also from where their agent moved them within its folder:
 * by the files' names, and one that is not in its place by the known secrets that it holds. One that is nowhere is told
 * in the log.
 */
export async function discardCredentials(deps: RunnerDeps, ref: AttemptRef): Promise<void> {
  const copies = copiesIn((await deps.store.steps(ref)).find(({ step }) => step === "launch")?.output);
  const there = await Promise.all(copies.map((name) => isThere(deps, { ref, name })));
  const missing = copies.filter((_, index) => there[index] === false);
  const files = Object.values(deps.drivers).flatMap((driver) => driver.credentialFiles);
  for (const name of files) await deps.files.remove(ref, `agent/${name}`);
  const names = [...new Set(files.map((name) => name.slice(name.lastIndexOf("/") + 1)))];
  const swept = await deps.files.sweep(ref, {
    folder: "agent",
    names,
    ...(missing.length === 0 ? {} : { holds: (text) => holdsSecret(deps, text) }),
  });
  if (missing.length > 0 && swept === 0) {
    deps.logger.warn(
      { attempt: ref, files: missing },
      "the copy of a login is not found any more in its agent's folder",
    );
  }
}

async function isThere(
  { files }: RunnerDeps,
  file: { readonly ref: AttemptRef; readonly name: string },
): Promise<boolean> {
  return (await files.tail(file.ref, { name: `agent/${file.name}`, bytes: 0 })) !== undefined;
}

async function holdsSecret({ redactor }: RunnerDeps, text: string): Promise<boolean> {
  return (await redactor.search(text)).some(({ rule }) => rule === KNOWN_SECRET);
}

function copiesIn(output: unknown): readonly string[] {
  const logins = typeof output === "object" && output !== null && "logins" in output ? output.logins : undefined;
  return Array.isArray(logins) ? logins.filter((name) => typeof name === "string") : [];
}
