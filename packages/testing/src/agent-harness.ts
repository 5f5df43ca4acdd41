import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { readFile } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";

import type {
  AgentConclusion,
  AgentConversation,
  AgentDriver,
  AgentEvent,
  AgentLaunch,
  AgentProtocol,
  LaunchInput,
  SessionExit,
} from "@orch/core";
import { onTestFinished } from "vitest";

import { waitFor } from "./wait-for.ts";

/** How a run of an agent ended. */
export interface AgentRunEnd {
  readonly events: readonly AgentEvent[];
  readonly exit: SessionExit;
  readonly stderr: string;
  readonly conclusion: AgentConclusion;
}

/** An agent that runs now, as the smallest possible supervisor sees it. */
export interface LiveAgent {
  readonly launch: AgentLaunch;
  readonly conversation: AgentConversation;
  /** The first event, past or future, that fits. */
  event(what: string, fits: (event: AgentEvent) => boolean): Promise<AgentEvent>;
  kill(signal: NodeJS.Signals): void;
  readonly end: Promise<AgentRunEnd>;
}

const LONGEST_LINE = 4_194_304;
// Real agents need a while to start on a busy machine.
const EVENT_MS = 90_000;

/**
 * Launches an agent through its driver and speaks its protocol with it: a supervisor without sandbox, limits and
 * files. What is left of the process's group when the test ends is killed.
 */
export async function startAgent(driver: AgentDriver, protocol: AgentProtocol, input: LaunchInput): Promise<LiveAgent> {
  const launch = await driver.launch(input);
  const [file = "", ...args] = launch.argv;
  const child = spawn(file, args, { cwd: input.cwd, env: launch.env, detached: true });
  onTestFinished(() => killGroup(child, "SIGKILL"));
  // A process that ends early breaks the pipe; its exit tells.
  child.stdin.on("error", () => undefined);
  if (launch.stdinFile !== undefined) child.stdin.end(await readFile(launch.stdinFile));
  const events: AgentEvent[] = [];
  const conversation = protocol.converse({
    options: launch.protocolOptions,
    emit: (event) => void events.push(event),
    writeLine: (line) => void child.stdin.write(`${line}\n`),
    closeInput: () => void child.stdin.end(),
    note: () => undefined,
  });
  conversation.open();
  const end = runToEnd(child, conversation).then(async ({ exit, stderr }): Promise<AgentRunEnd> => {
    const reportText =
      launch.reportFile === undefined ? undefined : await readFile(launch.reportFile, "utf8").catch(() => undefined);
    const conclusion = driver.conclude({ events, exit, ...(reportText === undefined ? {} : { reportText }) });
    return { events, exit, stderr, conclusion };
  });
  return {
    launch,
    conversation,
    end,
    event: (what, fits) => waitFor(what, () => events.find(fits), EVENT_MS),
    kill: (signal) => killGroup(child, signal),
  };
}

async function runToEnd(
  child: ChildProcessWithoutNullStreams,
  conversation: AgentConversation,
): Promise<{ exit: SessionExit; stderr: string }> {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let bytes = 0;
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    const lines = `${pending}${decoder.write(chunk)}`.split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) conversation.line(line.slice(0, LONGEST_LINE));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-100_000);
  });
  const { promise, resolve, reject } = Promise.withResolvers<Pick<SessionExit, "cause" | "code" | "signal">>();
  child.once("error", reject);
  child.once("close", (code, signal) =>
    resolve(code === null ? { cause: "signalled", signal: String(signal) } : { cause: "exited", code }),
  );
  const ended = await promise;
  if (pending !== "") conversation.line(pending.slice(0, LONGEST_LINE));
  const rest = { startedAt: 0, endedAt: 0, outputHash: "", lastSeq: 0, survivors: 0, sandbox: "none" } as const;
  return { exit: { ...ended, ...rest, outputBytes: bytes }, stderr };
}

function killGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
