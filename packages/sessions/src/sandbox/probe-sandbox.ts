import { spawn } from "node:child_process";
import { readlinkSync } from "node:fs";

import { reasonOf } from "../files/system-error.ts";
import { asOrdinaryUser } from "./ordinary-user.ts";

const CANARY = "canary";
/** Says what it hears; there is no system without this shell. */
const ECHO = ["/bin/sh", "-c", 'read -r line; printf %s "$line"'];
const USUAL_PATH = "/usr/bin/bwrap";

/** What confinement works on this machine. */
export type SandboxProbe =
  | { readonly mode: "bwrap"; readonly path: string }
  | { readonly mode: "none"; readonly why: string; readonly missing: readonly string[] };

let known: Promise<SandboxProbe> | undefined;

/**
 * Tries whether bubblewrap works here, by running a program in it; once it does, never again. Never throws. `path` is
 * where the program that worked is, so that a session's own PATH can't choose another.
 */
export async function probeSandbox(): Promise<SandboxProbe> {
  known ??= tryBwrap();
  const found = await known;
  // What is missing may be installed while this process lives.
  if (found.mode === "none") known = undefined;
  return found;
}

function tryBwrap(): Promise<SandboxProbe> {
  const args = ["--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];
  args.push(
    "--unshare-net",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    ...asOrdinaryUser(),
    "--",
    ...ECHO,
  );
  return new Promise((resolve) => {
    const fail = (why: string, missing: readonly string[] = []): void => resolve({ mode: "none", why, missing });
    if (process.platform !== "linux") return fail("bubblewrap exists on Linux only");
    const child = spawn("bwrap", args, { stdio: "pipe" });
    const path = child.pid === undefined ? USUAL_PATH : programOf(child.pid);
    const output = { text: "", complaint: "" };
    child.stdout.on("data", (chunk: Buffer) => (output.text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output.complaint += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => fail(`bubblewrap can't be started: ${reasonOf(error)}`, ["bubblewrap"]));
    child.on("close", (code) => {
      if (code === 0 && output.text === CANARY) resolve({ mode: "bwrap", path });
      else fail(`bubblewrap does not work here: ${output.complaint.trim() || `exit ${code}`}`);
    });
    // It can't have ended before its input does: its program can be looked up safely until then.
    child.stdin.end(`${CANARY}\n`);
  });
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return USUAL_PATH;
  }
}
