import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { waitFor } from "@orch/testing";

import { MAIN, type OrchBench } from "./orch-bench.ts";

const run = promisify(execFile);

/** A person's own terminal, in which the command line runs: tmux plays it, as it would for somebody far away. */
export interface PersonTerminal {
  /** What it shows at the moment. */
  screen(): Promise<string>;
  /** Types a line. */
  type(line: string): Promise<void>;
  /** Presses keys, by the names that tmux has for them. */
  press(...keys: readonly string[]): Promise<void>;
  /** Resolves when the program in it has ended. */
  readonly ended: () => Promise<unknown>;
}

/** Opens a terminal and runs `orch` in it, in the bench's repository. */
export async function openTerminal(
  { root, home, repository }: OrchBench,
  { name, args }: { readonly name: string; readonly args: readonly string[] },
): Promise<PersonTerminal> {
  const socket = join(root, "person.sock");
  const tmux = async (...words: readonly string[]): Promise<string> =>
    (await run("tmux", ["-u", "-f", "/dev/null", "-S", socket, ...words])).stdout;
  // As under a script of npm, which tells where npm was called: that is no concern of ours.
  const env = [`ORCH_HOME=${home}`, `HOME=${join(root, "person")}`, "LANG=C.UTF-8", `INIT_CWD=${root}`];
  const command = ["env", ...env, process.execPath, MAIN, ...args];
  await tmux("new-session", "-d", "-s", name, "-x", "160", "-y", "50", "-c", repository.path, ...command);
  const pane = `=${name}:`;
  return {
    screen: () => tmux("capture-pane", "-p", "-t", pane),
    async type(line) {
      await tmux("send-keys", "-l", "-t", pane, line);
      await tmux("send-keys", "-t", pane, "Enter");
    },
    press: async (...keys) => void (await tmux("send-keys", "-t", pane, ...keys)),
    ended: () =>
      waitFor(`the end of ${args.join(" ")}`, async () => {
        const names = await tmux("list-sessions", "-F", "#{session_name}").catch(() => "");
        return !names.split("\n").includes(name);
      }),
  };
}
