import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";

import type { SessionExit, SessionSpec } from "@orch/core";
import { attacksOn, openAttackField, tempFolder, type Attack, type AttackField } from "@orch/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { checkSandboxes, readSessionEvents } from "../src/index.ts";
import { openBench } from "./bench.ts";

const working = await checkSandboxes();
const PATIENCE = 180_000;

interface Raid {
  readonly exit: SessionExit;
  readonly output: string;
}

/** Runs the attacks as an agent would, one after the other, in a clone of its own. */
async function raid(
  field: AttackField,
  attacks: readonly Attack[],
  sandbox: Partial<SessionSpec["sandbox"]>,
): Promise<Raid> {
  const bench = await openBench("process");
  const clone = join(bench.home, "worktrees", "clone");
  await mkdir(join(clone, "attacks"), { recursive: true });
  execFileSync("git", ["init", "--quiet", clone], { env: { PATH: process.env["PATH"] ?? "", HOME: bench.home } });
  const files = attacks.map(({ command }, index) => [`${String(index).padStart(3, "0")}.sh`, command] as const);
  for (const [name, command] of files) await writeFile(join(clone, "attacks", name), `${command}\n`);
  const loop =
    'for attack in attacks/*.sh; do echo "# $attack"; timeout 8 sh "$attack" </dev/null 2>&1; done; echo over';
  const spec = bench.spec(["/bin/sh", "-c", loop], { cwd: clone });
  const tools = (process.env["PATH"] ?? "").split(":").filter((folder) => isAbsolute(folder));
  const rules = {
    mode: "none",
    write: [clone],
    hide: [field.home, bench.home],
    read: [...tools, dirname(process.execPath), dirname(field.home)],
    network: true,
    ...sandbox,
  } as const;
  await bench.sessions.start({ ...spec, sandbox: rules });
  const end = await bench.sessions.wait(spec.id, new AbortController().signal);
  if (end.state !== "exited") throw new Error(end.why);
  let output = "";
  for await (const event of readSessionEvents(spec.folder, 0)) if (event.kind === "output") output += event.text;
  return { exit: end.exit, output };
}

async function openField(): Promise<AttackField> {
  const field = await openAttackField(await tempFolder("field"));
  onTestFinished(() => field[Symbol.asyncDispose]());
  return field;
}

test("the attacks work where nothing confines them", { timeout: PATIENCE }, async () => {
  const field = await openField();
  const harmless = attacksOn(field.targets).filter((attack) => attack.harmless);
  const { output, exit } = await raid(field, harmless, { mode: "none" });
  expect(output).toContain("over");
  expect(exit.confinement).toEqual({ sandbox: "none", network: "open", credentials: "none" });
  const damage = (await field.damage(output)).join("\n");
  for (const word of ["canary was read", "plain was", "linked was", "folder was", "moved was", "by TCP", "by UDP"]) {
    expect(damage).toContain(word);
  }
});

describe.runIf(working.srt.works)("srt", () => {
  test("stops every attack", { timeout: PATIENCE }, async () => {
    const field = await openField();
    const attacks = attacksOn(field.targets);
    expect(attacks.length).toBeGreaterThan(50);
    const egress = { allow: ["api.example.com"], endpoints: [field.targets.endpoint] };
    const { output, exit } = await raid(field, attacks, { mode: "srt", egress });
    expect(output).toContain("over");
    expect(exit.confinement).toEqual({ sandbox: "srt", network: "filtered", credentials: "none" });
    expect(await field.damage(output)).toEqual([]);
  });
});

describe.runIf(working.bwrap.works)("bubblewrap", () => {
  test("stops every attack on files, and on the network where it is cut", { timeout: PATIENCE }, async () => {
    const field = await openField();
    const attacks = attacksOn(field.targets);
    const { output, exit } = await raid(field, attacks, { mode: "bwrap", network: false });
    expect(output).toContain("over");
    expect(exit.confinement).toEqual({ sandbox: "bwrap", network: "none", credentials: "none" });
    expect(await field.damage(output)).toEqual([]);
  });
});
