import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { CommandResults, TaskView } from "@orch/api";
import type { SandboxProof } from "@orch/sessions";

import { git } from "../git.ts";
import { quoted } from "../render/quoted.ts";
import { renderResult } from "../render/results.ts";
import { oneLine, printable, type Style } from "../render/style.ts";
import type { ChosenAgent } from "./choose-agent.ts";
import { fromCheckout, type DemoPlace } from "./demo-place.ts";

const TESTS_MS = 60_000;

const run = promisify(execFile);

/** What is going to happen, and who does it. */
export function renderBeginning(of: {
  readonly agent: ChosenAgent;
  readonly proof: SandboxProof;
  readonly copy: string;
  readonly style: Style;
}): string {
  const { agent, proof, copy, style } = of;
  const [who = "", ...missing] = agent.why;
  const lines = [
    style.bold("Three tasks on a copy of a small library: two at once, the third builds on the first."),
    `${style.dim("agent")}  ${who}`,
    ...missing.map((line) => `       ${style.dim(line)}`),
    `${style.dim("copy")}   ${copy}`,
    ...sandboxLines(proof, style),
  ];
  return `${lines.join("\n")}\n\n`;
}

function sandboxLines(proof: SandboxProof, style: Style): readonly string[] {
  if ("confinement" in proof) return [`${style.dim("sandbox")} ${proof.confinement.sandbox}, proved by canaries`];
  return [
    `${style.dim("sandbox")} ${style.red("none works here")}, so this demo goes without: its agent runs with your files.`,
    `       ${style.dim(`${oneLine(proof.why)}; see: ${fromCheckout("", "doctor")}`)}`,
  ];
}

/** What came out: the tasks, the merged history, the tests of it, and where to go from here. */
export async function renderEnding(of: {
  readonly wholes: readonly CommandResults["task get"][];
  readonly place: DemoPlace;
  /** Where the person is. */
  readonly folder: string;
  readonly seconds: number;
  readonly style: Style;
  readonly columns: number;
}): Promise<string> {
  const { wholes, place, folder, seconds, style, columns } = of;
  const tasks = wholes.map(({ task }) => task);
  const merged = tasks.filter(({ status }) => status === "done").length;
  const attempts = wholes.reduce((sum, whole) => sum + whole.attempts.length, 0);
  const color = style.color ? "always" : "never";
  const range = `${place.base}..main`;
  const log = await git(place.copy, "-c", `color.ui=${color}`, "log", "--oneline", "--graph", "--stat=72", range);
  const sections = [
    "",
    renderResult("task list", { project: tasks[0]?.project ?? null, tasks }, { style, columns }),
    style.bold("git log --oneline --graph --stat"),
    printable(log, style),
    "",
    `${style.bold("node --test")} ${await testsOf(place.copy, style)}`,
    `${merged} of ${tasks.length} tasks merged, ${attempts} attempts, ${seconds.toFixed(1)} s`,
    ...(merged === tasks.length ? [] : unmerged(place.home, { tasks, folder, style })),
    "",
    `${style.dim("the copy       ")} ${place.copy}`,
    `${style.dim("your repository")} ${style.cyan('npm start -- /path/to/repository "what you want"')}`,
    `${style.dim("everything else")} ${style.cyan(fromCheckout(folder, "help"))}`,
  ];
  return `${sections.join("\n")}\n`;
}

function unmerged(
  home: string,
  of: { readonly tasks: readonly TaskView[]; readonly folder: string; readonly style: Style },
): readonly string[] {
  const open = of.tasks.filter(({ status }) => status !== "done");
  return [
    "",
    ...open.map(({ id, status, reason, detail }) => {
      const why = [reason, detail].filter((part) => part !== undefined).map((part) => oneLine(part));
      return `${of.style.bold(id)} ${of.style.red(status)} ${why.join(": ")}`;
    }),
    `Look closer: ${of.style.cyan(`ORCH_HOME=${quoted(home)} ${fromCheckout(of.folder, `task get ${open[0]?.key ?? ""}`)}`)}`,
  ];
}

/** Runs the tests of the merged result once more, where the person can do the same. */
async function testsOf(copy: string, style: Style): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, ["--test"], { cwd: copy, timeout: TESTS_MS });
    const passed = /^\D*pass (\d+)$/m.exec(stdout)?.[1];
    return style.green(passed === undefined ? "passes" : `${passed} tests pass`);
  } catch {
    return style.red("fails");
  }
}
