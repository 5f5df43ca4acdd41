import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

import type { RecordingStep } from "./recording.ts";

/** What a player needs of its process. */
export interface PlayerHost {
  /** The clone, in which everything happens. */
  readonly cwd: string;
  /** Prints one line for the replay protocol. */
  print(line: string): void;
  /** Milliseconds, for durations. */
  now(): number;
  /** Waits, at the player's pace, until `signal` aborts at the latest. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** Plays steps, and listens meanwhile. */
export interface Player {
  /** Carries the steps out in order; resolves with the exit code of the process. */
  play(steps: readonly RecordingStep[]): Promise<number>;
  /** Takes a line of input: `{message: {id, text}}` or `{interrupt: true}`. */
  hear(line: string): void;
  /** Nobody will speak any more. */
  inputClosed(): void;
}

type Say = (event: { readonly type: string; readonly [key: string]: unknown }) => void;

const TAIL = 4000;

/** Makes a player that acts in `host.cwd`. */
export function createPlayer(host: PlayerHost): Player {
  const say: Say = (event) => host.print(JSON.stringify(event));
  const ear = createEar(host, say);

  /** Carries one step out; a number ends the play with that exit code. */
  async function act(step: RecordingStep): Promise<number | undefined> {
    if ("exit" in step) return step.exit;
    if ("fail" in step) {
      say({ type: "error", ...step.fail });
      say({ type: "turn:finished", status: "failed" });
      return 1;
    }
    if ("wait" in step) await ear.waitForTime(step.wait);
    else if ("hear" in step) await ear.waitForMessage();
    else if ("run" in step) await runCommand(step.run, host, { say, interrupted: ear.interruption });
    else if ("say" in step || "think" in step || "usage" in step || "report" in step) speak(step, say);
    else changeFile(step, host.cwd, say);
    return undefined;
  }

  return {
    async play(steps) {
      say({ type: "session:ready" });
      say({ type: "turn:started" });
      for (const step of steps) {
        ear.listen();
        if (ear.interrupted()) break;
        const code = await act(step);
        if (code !== undefined) return code;
      }
      ear.listen();
      say({ type: "turn:finished", status: ear.interrupted() ? "interrupted" : "completed" });
      return 0;
    },
    hear: (line) => ear.hear(parseInput(line)),
    inputClosed: () => ear.close(),
  };
}

interface Ear {
  hear(heard: Heard): void;
  close(): void;
  /** Acknowledges every message that has come. */
  listen(): void;
  interrupted(): boolean;
  /** Aborts when somebody interrupts. */
  readonly interruption: AbortSignal;
  waitForMessage(): Promise<void>;
  /** A pause that ends early when somebody speaks. */
  waitForTime(ms: number): Promise<void>;
}

function createEar(host: PlayerHost, say: Say): Ear {
  const inbox: { readonly id: string; readonly text: string }[] = [];
  const state = { heard: 0, closed: false, wake: (): void => undefined };
  const interruption = new AbortController();
  const interrupted = (): boolean => interruption.signal.aborted;
  function listen(): void {
    for (const message of inbox.splice(0)) {
      state.heard += 1;
      say({ type: "message:delivered", messageId: message.id });
      say({ type: "text", text: `Understood: ${message.text}` });
    }
  }
  function nextInput(): Promise<void> {
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    state.wake = wake;
    return promise;
  }
  return {
    listen,
    interrupted,
    interruption: interruption.signal,
    hear({ interrupt, message }) {
      if (interrupt) interruption.abort();
      if (message !== undefined) inbox.push(message);
      state.wake();
    },
    close() {
      state.closed = true;
      state.wake();
    },
    async waitForMessage() {
      const before = state.heard;
      for (listen(); state.heard === before && !interrupted() && !state.closed; listen()) await nextInput();
    },
    async waitForTime(ms) {
      const woken = new AbortController();
      void nextInput().then(() => woken.abort());
      await host.pause(ms, woken.signal);
    },
  };
}

type SpokenStep = Extract<RecordingStep, { say: string } | { think: string } | { usage: object } | { report: object }>;

function speak(step: SpokenStep, say: Say): void {
  if ("say" in step) say({ type: "text", text: step.say });
  else if ("think" in step) say({ type: "reasoning", text: step.think });
  else if ("usage" in step) say({ type: "usage", ...step.usage });
  else say({ type: "text", text: `\`\`\`json\n${JSON.stringify(step.report, null, 2)}\n\`\`\`` });
}

type FileStep = Extract<RecordingStep, { write: string } | { edit: string } | { delete: string }>;

function changeFile(step: FileStep, cwd: string, say: Say): void {
  const named = nameIn(step);
  const path = insideClone(named, cwd);
  if (path === undefined) return say({ type: "text", text: `I leave ${named} alone: it is not in the clone.` });
  const existed = existsSync(path);
  if ("delete" in step) {
    rmSync(path, { recursive: true, force: true });
    if (existed) say({ type: "file:changed", path: named, change: "deleted" });
    return;
  }
  const text = existed ? readFileSync(path, "utf8") : "";
  if ("edit" in step && !text.includes(step.find)) {
    return say({ type: "text", text: `I don't find what I want to change in ${named}.` });
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "write" in step ? step.content : text.replace(step.find, () => step.replace));
  say({ type: "file:changed", path: named, change: existed ? "modified" : "added" });
}

function nameIn(step: FileStep): string {
  if ("write" in step) return step.write;
  return "edit" in step ? step.edit : step.delete;
}

/** The real path of a file in the clone; undefined when it, or a link on the way, leads out, or into `.git`. */
function insideClone(named: string, cwd: string): string | undefined {
  const root = realpathSync(cwd);
  const path = resolve(root, named);
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  const way = [relative(root, path), relative(root, realpathSync(existing))];
  const leaves = way.some((part) => part === ".." || part.startsWith("../") || /^\.git(?:\/|$)/.test(part));
  return leaves || way[0] === "" ? undefined : path;
}

async function runCommand(
  argv: readonly string[],
  host: PlayerHost,
  { say, interrupted }: { readonly say: Say; readonly interrupted: AbortSignal },
): Promise<void> {
  const [file = "", ...args] = argv;
  const command = argv.join(" ");
  const started = host.now();
  say({ type: "command:started", id: `run-${Math.round(started)}`, command });
  const { promise, resolve: done } = Promise.withResolvers<{ code?: number; output: string }>();
  const child = spawn(file, args, { cwd: host.cwd, stdio: ["ignore", "pipe", "pipe"] });
  const end = (): void => void child.kill();
  if (interrupted.aborted) end();
  else interrupted.addEventListener("abort", end, { once: true });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = `${output}${chunk.toString()}`.slice(-TAIL);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.once("error", (error) => done({ output: error.message }));
  child.once("close", (code) => done(code === null ? { output } : { code, output }));
  const result = await promise;
  interrupted.removeEventListener("abort", end);
  const durationMs = Math.round(host.now() - started);
  const exit = result.code === undefined ? {} : { exitCode: result.code };
  say({
    type: "command:finished",
    id: `run-${Math.round(started)}`,
    command,
    ...exit,
    durationMs,
    outputTail: result.output,
  });
}

interface Heard {
  readonly interrupt: boolean;
  readonly message?: { readonly id: string; readonly text: string };
}

function parseInput(line: string): Heard {
  const value = parseLine(line);
  const interrupt = "interrupt" in value && value.interrupt === true;
  if (!("message" in value) || typeof value.message !== "object" || value.message === null) return { interrupt };
  const { message } = value;
  if (!("id" in message) || typeof message.id !== "string") return { interrupt };
  const text = "text" in message && typeof message.text === "string" ? message.text : "";
  return { interrupt, message: { id: message.id, text } };
}

function parseLine(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
