import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { confining, openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

/** Works until a file beside its bench says that it may end, and says where it worked and what it saw there. */
const WAITS = `import { existsSync, readdirSync, writeFileSync } from "node:fs";
const [gate] = process.argv.slice(2);
const end = () => {
  writeFileSync("where.txt", process.cwd() + "\\n" + readdirSync("..").join(" ") + "\\n");
  writeFileSync(process.env.ORCH_REPORT_FILE, JSON.stringify({ status: "done", summary: "Was here" }));
};
const timer = setInterval(() => existsSync(gate) && (clearInterval(timer), end()), 50);
writeFileSync("begun.txt", "");
`;

/** The folders of a base that hold clones of the bench's project. */
async function clonesIn(base: string): Promise<readonly string[]> {
  const names = await readdir(join(base, "local", "site")).catch(() => []);
  return names.filter((name) => !name.startsWith("."));
}

/** A bench whose agent waits for `gate`, which is in a folder that sessions may read. */
async function openWaiting(): Promise<OrchBench & { readonly gate: string; say(config: object): Promise<void> }> {
  const bench = await openOrchBench({});
  const open = join(bench.root, "open");
  await mkdir(open);
  const program = join(open, "waits.mjs");
  await writeFile(program, WAITS);
  const gate = join(open, "gate");
  const waits = { driver: "command", command: [process.execPath, program, gate] };
  const usual = JSON.parse(await readFile(join(bench.home, "config.yml"), "utf8")) as object;
  const say = (config: object): Promise<void> =>
    writeFile(
      join(bench.home, "config.yml"),
      JSON.stringify({
        ...usual,
        projects: [bench.repository.path],
        agents: { waits },
        sandbox: { ...sandboxOf(usual), read: [open] },
        ...config,
      }),
    );
  await say({});
  return { ...bench, gate, say };
}

function sandboxOf(config: object): object {
  return "sandbox" in config && typeof config.sandbox === "object" ? { ...config.sandbox } : {};
}

describe.concurrent("where clones are made (seed row A82)", () => {
  test(
    "the configuration says it, and a changed one loses no clone of a running task",
    { timeout: LONG_MS },
    async () => {
      await using bench = await openWaiting();
      const [first, second] = [join(bench.root, "first"), join(bench.root, "second")];
      await bench.say({ worktrees: { base: first } });
      await bench.serve();
      await bench.result("task add", ["Wait for it"]);
      const begun = async (): Promise<boolean> =>
        (await clonesIn(first)).some((name) => existsSync(join(first, "local", "site", name, "begun.txt")));
      await waitFor("the agent to work there", begun);
      expect(await clonesIn(first)).toHaveLength(1);
      expect(await clonesIn(join(bench.home, "worktrees"))).toEqual([]);

      await bench.orch(["stop"]);
      await bench.say({ worktrees: { base: second } });
      await bench.serve();
      await writeFile(bench.gate, "");
      const { attempts } = await bench.reaches("int-1", "in_review");
      expect(attempts).toMatchObject([{ verdict: { kind: "pass" } }]);
      const [clone = ""] = await clonesIn(first);
      const [where] = (await bench.repository.git("show", "task-int-1-wait-for-it:where.txt")).split("\n");
      expect(where).toBe(join(first, "local", "site", clone));

      await bench.result("task add", ["Another one"]);
      await bench.reaches("int-2", "in_review");
      expect(await clonesIn(second)).toHaveLength(1);
      await bench.orch(["task", "cancel", "int-1"]);
      await bench.orch(["task", "cancel", "int-2"]);
      const left = async (): Promise<number> => [...(await clonesIn(first)), ...(await clonesIn(second))].length;
      await waitFor("both clones to go", async () => (await left()) === 0);
    },
  );

  test("ORCH_WORKTREES wins, and other clones there are hidden from agents", { timeout: LONG_MS }, async () => {
    await using bench = await openWaiting();
    const said = join(bench.root, "said");
    await bench.say({ worktrees: { base: join(bench.root, "elsewhere") } });
    await writeFile(bench.gate, "");
    await bench.serve({ env: { ORCH_WORKTREES: said } });
    await bench.result("task add", ["Wait for it"]);
    await bench.result("task add", ["Another one"]);
    await bench.reaches("int-1", "in_review");
    await bench.reaches("int-2", "in_review");
    const clones = await clonesIn(said);
    expect(clones).toHaveLength(2);
    const seen = (await bench.repository.git("show", "task-int-2-another-one:where.txt")).split("\n")[1];
    expect(seen?.split(" ")).toHaveLength(confining ? 1 : clones.length);
  });

  test("a folder that others may write to, or of another home, is refused", { timeout: LONG_MS }, async () => {
    await using bench = await openWaiting();
    const [wide, taken] = [join(bench.root, "wide"), join(bench.root, "taken")];
    await mkdir(wide);
    await chmod(wide, 0o777);
    await mkdir(taken, { mode: 0o700 });
    await writeFile(join(taken, ".orch-home"), `${bench.root}\n`);
    for (const [base, why] of [
      [wide, "others may write to it"],
      [taken, `the clones of ${bench.root} are in it`],
      [bench.root, "one inside the other"],
    ] as const) {
      const { code, err } = await bench.orch(["serve"], { env: { ORCH_WORKTREES: base } });
      expect(code).toBe(1);
      expect(err).toContain(why);
    }
    const { code, err } = await bench.orch(["serve"], { env: { ORCH_WORKTREES: "here" } });
    expect(code).toBe(2);
    expect(err).toContain("ORCH_WORKTREES, which is not an absolute path");
  });
});
