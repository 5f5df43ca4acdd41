import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs a program on this terminal until it ends, and ends the same way: same exit code, or same
 * signal.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<never>}
 */
export async function become(file, args, options) {
  const child = spawn(file, args, { ...options, stdio: "inherit" });
  const stopForwarding = forwardSignals(child);
  const { code, signal } = await ended(child);
  stopForwarding();
  if (signal === null) process.exit(code ?? 1);
  process.kill(process.pid, signal);
  process.exit(128 + (constants.signals[signal] ?? 0));
}

/**
 * Runs a program and collects everything that it prints.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function collect(file, args, options) {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
  const stopOnSignal = forwardSignals(child);
  const { code, signal } = await ended(child);
  stopOnSignal();
  if (signal === "SIGINT" || signal === "SIGTERM") process.exit(128 + constants.signals[signal]);
  return { ok: code === 0, output };
}

/**
 * Keeps this process alive through signals that belong to the child. A terminal sends Ctrl-C to
 * the child itself, so it is passed on only without a terminal: the child must not count it twice.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => void} stops forwarding
 */
function forwardSignals(child) {
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  /** @type {Array<[NodeJS.Signals, () => void]>} */
  const handlers = [
    ["SIGINT", () => void (onTerminal || child.kill("SIGINT"))],
    ["SIGTERM", () => void child.kill("SIGTERM")],
    ["SIGHUP", () => void child.kill("SIGHUP")],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}
