import { execFile } from "node:child_process";

import { orchError, type SessionId } from "@orch/core";

import { reasonOf } from "../files/system-error.ts";
import type { Host, StartedSupervisor, StartRequest } from "./host.ts";

const COMMAND_TIMEOUT_MS = 15_000;
const SIZE = ["-x", "200", "-y", "50"];
/** Said with every start: the server may be a new one. */
const SERVER_SETUP = [
  ["start-server", ";"],
  ["set-option", "-s", "exit-empty", "off", ";"],
  ["set-option", "-g", "history-limit", "50000", ";"],
  ["set-option", "-g", "status", "off", ";"],
].flat();
const NONCE_OPTION = "@orch_nonce";

/** The tmux program and the private socket of orch's own server. */
export interface TmuxOptions {
  readonly tmux: string;
  readonly socket: string;
}

interface Pane {
  readonly session: string;
  readonly pane: string;
  readonly nonce: string;
}

/** True when tmux is installed and answers. */
export function hasTmux(tmux: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(tmux, ["-V"], { timeout: COMMAND_TIMEOUT_MS }, (error) => resolve(error === null));
  });
}

/**
 * The host that people can attach to: a tmux server on a private socket, without any user's configuration. A target
 * is an exact session name or a pane's id with its nonce; a bare name would match by prefix (SECURITY F8).
 */
export function createTmuxHost(options: TmuxOptions): Host {
  const run = (args: readonly string[]): Promise<string> => runTmux(options, args);

  async function findPane(wanted: { id: SessionId; nonce?: string }): Promise<Pane | undefined> {
    const panes = (await listPanes(run)).filter(({ session }) => session === nameOf(wanted.id));
    return panes.find(({ nonce }) => wanted.nonce === undefined || nonce === wanted.nonce || nonce === "");
  }

  async function start(request: StartRequest): Promise<StartedSupervisor> {
    const name = nameOf(request.id);
    try {
      const command = ["new-session", "-d", "-s", name, ...SIZE, "--"];
      const all = [...SERVER_SETUP, ...command, ...request.argv.map(escaped)];
      // The server of an earlier daemon may be just about to leave; the second call finds a new one.
      // The session starts where its client is: a folder in an argument would be a format, in which `#(…)` runs a command.
      const here = (): Promise<string> => runTmux({ ...options, cwd: request.folder }, all);
      await here().catch(here);
    } catch (error) {
      // An earlier daemon got as far as this: its supervisor is on its way, and one is enough.
      if ((await findPane({ id: request.id })) === undefined) throw cantStart(error);
    }
    // A supervisor that has ended by now took its pane along.
    await run(["set-option", "-p", "-t", `=${name}:`, NONCE_OPTION, request.nonce]).catch(() => undefined);
    return { isThere: async () => (await findPane(request)) !== undefined };
  }

  return {
    start,
    async release(session) {
      const found = await findPane(session);
      if (found === undefined) return;
      try {
        await run(["kill-pane", "-t", found.pane]);
      } catch (error) {
        // A pane goes by itself when its supervisor has ended.
        if ((await findPane(session)) !== undefined) throw error;
      }
    },
    async attachCommand(id) {
      // A session outlives its terminal, where somebody ended the server.
      if ((await findPane({ id })) === undefined) return undefined;
      return [options.tmux, "-S", options.socket, "attach-session", "-t", `=${nameOf(id)}`];
    },
    async close() {
      // The server goes with its last session; where there is none at all, there is nothing to tell.
      await run(["set-option", "-s", "exit-empty", "on"]).catch(() => undefined);
    },
  };
}

function cantStart(cause: unknown): Error {
  return orchError("session_failed", "tmux can't start the session", { cause });
}

/** The name of a session's tmux session. */
function nameOf(id: SessionId): string {
  return `orch-${id}`;
}

/** All panes of the server; none when no server runs. */
async function listPanes(run: (args: readonly string[]) => Promise<string>): Promise<readonly Pane[]> {
  const format = `#{session_name} #{pane_id} #{${NONCE_OPTION}}`;
  const listed = await run(["list-panes", "-a", "-F", format]).catch(() => "");
  return listed.split("\n").flatMap((line) => {
    const [session = "", pane = "", nonce = ""] = line.split(" ");
    return pane === "" ? [] : [{ session, pane, nonce }];
  });
}

/** tmux takes an argument that ends in a semicolon for the end of a command. */
function escaped(argument: string): string {
  return argument.endsWith(";") ? `${argument.slice(0, -1)}\\;` : argument;
}

function runTmux(
  { tmux, socket, cwd }: TmuxOptions & { readonly cwd?: string },
  args: readonly string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const all = ["-u", "-S", socket, "-f", "/dev/null", ...args];
    execFile(tmux, all, { timeout: COMMAND_TIMEOUT_MS, cwd }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(orchError("session_failed", `tmux: ${stderr.trim() || reasonOf(error)}`, { cause: error }));
    });
  });
}
