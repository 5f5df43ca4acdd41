import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";

import type { SessionExit, SessionProbe, SessionSpec } from "@orch/core";
import {
  attacksOn,
  openAttackField,
  startNaiveProxy,
  tempFolder,
  waitFor,
  type Attack,
  type AttackField,
} from "@orch/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { checkSandboxes, readSessionEvents } from "../src/index.ts";
import { specIn } from "./bench.ts";

const working = await checkSandboxes();
const PATIENCE = 180_000;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
/** Root and a user without rights are confined by different means: where this is root, both are tried. */
const users = isRoot ? ([undefined, NOBODY] as const) : ([undefined] as const);

interface Raid {
  readonly exit: SessionExit;
  readonly output: string;
}

/** Runs the attacks as an agent would, one after the other, in a clone of its own; as user `uid`, where one is given. */
async function raid(
  field: AttackField,
  attacks: readonly Attack[],
  { uid, ...sandbox }: Partial<SessionSpec["sandbox"]> & { readonly uid: number | undefined },
): Promise<Raid> {
  const home = await tempFolder("raid");
  const clone = join(home, "worktrees", "clone");
  await mkdir(join(clone, "attacks"), { recursive: true });
  execFileSync("git", ["init", "--quiet", clone], { env: { PATH: process.env["PATH"] ?? "", HOME: home } });
  const files = attacks.map(({ command }, index) => [`${String(index).padStart(3, "0")}.sh`, command] as const);
  for (const [name, command] of files) await writeFile(join(clone, "attacks", name), `${command}\n`);
  const loop =
    'for attack in attacks/*.sh; do echo "# $attack"; timeout 8 sh "$attack" </dev/null 2>&1; done; echo over';
  const tools = (process.env["PATH"] ?? "").split(":").filter((folder) => isAbsolute(folder));
  const rules = {
    mode: "none",
    write: [clone],
    hide: [field.home, home],
    read: [...tools, dirname(process.execPath), dirname(field.home)],
    network: true,
    ...sandbox,
  } as const;
  const spec = specIn(home, { argv: ["/bin/sh", "-c", loop], host: "process", cwd: clone, sandbox: rules });
  // All of it is that user's own: nothing but the sandbox is in the way.
  if (uid !== undefined) execFileSync("chown", ["-R", `${uid}:${uid}`, home, dirname(field.home)]);
  const entry = join(import.meta.dirname, "one-session-entry.ts");
  const run = [entry, JSON.stringify({ home, token: randomUUID(), spec })];
  const { stdout } = await promisify(execFile)(process.execPath, run, {
    env: { PATH: process.env["PATH"] },
    cwd: home,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const { end } = JSON.parse(stdout) as { readonly end: SessionProbe };
  if (end.state !== "exited") throw new Error(JSON.stringify(end));
  let output = "";
  for await (const event of readSessionEvents(spec.folder, 0)) if (event.kind === "output") output += event.text;
  return { exit: end.exit, output };
}

async function openField(): Promise<AttackField> {
  const field = await openAttackField(await tempFolder("field"));
  onTestFinished(() => field[Symbol.asyncDispose]());
  return field;
}

/** Lets one attack loose where nothing confines it, with a proxy that asks nobody; then somebody uses git there. */
async function damageOf(attack: Attack, proxy: string): Promise<readonly string[]> {
  const root = await tempFolder("control");
  await using field = await openAttackField(root);
  const clone = join(root, "clone");
  const env = { PATH: process.env["PATH"] ?? "", HOME: field.home, HTTP_PROXY: proxy };
  const run = async (program: string, words: readonly string[]): Promise<string> => {
    const options = { cwd: clone, env, timeout: 10_000 };
    return promisify(execFile)(program, words, options).then(
      ({ stdout }) => stdout,
      (error: { readonly stdout?: string }) => error.stdout ?? "",
    );
  };
  execFileSync("git", ["init", "--quiet", clone], { env });
  await writeFile(join(clone, "a file"), "of the clone\n");
  const mine = attacksOn(field.targets).find(({ name }) => name === attack.name);
  const output = await run("/bin/sh", ["-c", mine?.command ?? ""]);
  if (attack.aim === "trap") {
    for (const words of [
      ["add", "."],
      ["commit", "-S", "-m", "x"],
      ["commit", "--allow-empty"],
      ["fetch", "ssh://nobody.invalid/x"],
    ]) {
      await run("git", ["-c", "user.name=a", "-c", "user.email=a@b.example", ...words]);
    }
  }
  return await waitFor(
    `the damage of: ${attack.name}`,
    async () => {
      const damage = await field.damage(output);
      return damage.length > 0 ? damage : undefined;
    },
    10_000,
  );
}

test("each attack that hurts nobody works where nothing confines it", { timeout: PATIENCE }, async () => {
  await using proxy = await startNaiveProxy();
  await using field = await openField();
  const harmless = attacksOn(field.targets).filter(
    ({ harmless: hurtsNobody, conditional = false, root = false }) => hurtsNobody && !conditional && (!root || isRoot),
  );
  expect(harmless.length).toBeGreaterThan(45);
  const waiting = [...harmless];
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift()) {
      const { name } = attack;
      await damageOf(attack, proxy.url).catch((error: unknown) => failed.push(`${name}: ${String(error)}`));
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  expect(failed).toEqual([]);
});

/** One attack in a bubblewrap that leaves root its rights over the mounts inside, which are thrown away with it. */
async function damageInside(attack: Attack): Promise<readonly string[]> {
  const root = await tempFolder("inside");
  await using field = await openAttackField(root);
  const confine = ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"];
  const mine = attacksOn(field.targets).find(({ name }) => name === attack.name)?.command ?? "";
  const cover = ["--tmpfs", field.home, "--"];
  const run = promisify(execFile)("bwrap", [...confine, ...cover, "/bin/sh", "-c", mine], { timeout: 10_000 });
  const output = await run.then(
    ({ stdout }) => stdout,
    (error: { readonly stdout?: string }) => error.stdout ?? "",
  );
  return await field.damage(output);
}

test.runIf(isRoot && working.bwrap.works)(
  "each attack on mounts works where a sandbox leaves root its rights",
  { timeout: PATIENCE },
  async () => {
    await using field = await openField();
    const attacks = attacksOn(field.targets).filter(({ mounts = false }) => mounts);
    expect(attacks.length).toBeGreaterThan(3);
    const failed: string[] = [];
    for (const attack of attacks) if ((await damageInside(attack)).length === 0) failed.push(attack.name);
    expect(failed).toEqual([]);
  },
);

describe.each(users)("as user %s", (uid) => {
  test.runIf(working.srt.works)("sandbox-runtime stops every attack", { timeout: PATIENCE }, async () => {
    const field = await openField();
    const attacks = attacksOn(field.targets);
    expect(attacks.length).toBeGreaterThan(70);
    const egress = { allow: ["api.example.com"], endpoints: [field.targets.endpoint] };
    const { output, exit } = await raid(field, attacks, { mode: "srt", egress, uid });
    expect(output).toContain("over");
    expect(exit.confinement).toEqual({ sandbox: "srt", network: "filtered", credentials: "none" });
    expect(await field.damage(output)).toEqual([]);
  });

  test.runIf(working.bwrap.works).each([
    { what: "every attack, where the network is cut", network: "none", aims: [] },
    {
      what: "every attack but those on the network where it is open, as for a check",
      network: "open",
      aims: ["egress"],
    },
  ] as const)("bubblewrap stops $what", { timeout: PATIENCE }, async ({ network, aims }) => {
    const field = await openField();
    const but: readonly string[] = aims;
    const attacks = attacksOn(field.targets).filter(({ aim }) => !but.includes(aim));
    const mode = network === "open" ? "srt" : "bwrap";
    const { output, exit } = await raid(field, attacks, { mode, network: network === "open", uid });
    expect(output).toContain("over");
    expect(exit.confinement).toEqual({ sandbox: "bwrap", network, credentials: "none" });
    expect(await field.damage(output)).toEqual([]);
  });
});
