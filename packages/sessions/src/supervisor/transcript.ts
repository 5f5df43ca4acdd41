import { appendFileSync, closeSync, openSync } from "node:fs";

import type { AgentEvent, SessionEvent } from "@orch/core";
import { createEventRedactor, stripTerminal, type SecretRedactor } from "@orch/security";

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TERMINAL_BACKLOG = 1024 * 1024;
const RESET = "\u001b[0m";
const STYLES = { dim: "\u001b[2m", red: "\u001b[31m", green: "\u001b[32m", yellow: "\u001b[33m", cyan: "\u001b[36m" };

/**
 * The readable account of a session, in a file and on the supervisor's own terminal, redacted: what an agent printed is
 * shown line by line, as soon as its line is whole.
 */
export interface Transcript {
  show(event: SessionEvent): void;
  /** A line for people that is no event. */
  note(text: string): void;
  /** Writes what is still held back. */
  close(): Promise<void>;
}

/** Opens the transcript at `path`, at most 4 MiB of it; `terminal` is where it is drawn too. */
export function openTranscript(
  path: string,
  { terminal, redactor }: { readonly terminal: NodeJS.WriteStream | undefined; readonly redactor: SecretRedactor },
): Transcript {
  const file = openSync(path, "a", 0o600);
  const events = createEventRedactor(redactor);
  // As one text: what an agent complains of comes line by line, and a private key has many.
  const notes = redactor.stream();
  let size = 0;
  let open = true;
  // One after the other: a secret may go over several events.
  let last: Promise<void> = Promise.resolve();

  function then(what: () => Promise<void> | void): void {
    // Nobody would read it any more.
    if (terminal === undefined && size > MAX_BYTES) return;
    last = last.then(what).catch(() => write(styled("red", "· (this can't be shown)")));
  }

  function write(text: string): void {
    if (text === "" || !open) return;
    const bytes = Buffer.byteLength(text);
    size += bytes;
    if (size <= MAX_BYTES) append(text);
    else if (size - bytes <= MAX_BYTES) append("\n(the transcript is longer than is kept here)\n");
    // A terminal that nobody reads from must not cost memory.
    if (terminal !== undefined && terminal.writableLength < MAX_TERMINAL_BACKLOG) terminal.write(text);
  }

  function append(text: string): void {
    try {
      appendFileSync(file, text);
    } catch {
      // A full disk ends the session through the event log; its transcript just stops.
      size = MAX_BYTES * 2;
    }
  }

  function tell(text: string): void {
    if (text !== "")
      write(
        text
          .replace(/\n$/, "")
          .split("\n")
          .map((line) => styled("dim", `· ${line}`))
          .join(""),
      );
  }

  return {
    show: (event) =>
      then(async () => {
        for (const settled of await events.take(event)) write(render(settled));
      }),
    note: (text) => then(async () => tell(await notes.push(`${text}\n`))),
    async close() {
      then(async () => tell(await notes.end()));
      await last;
      if (!open) return;
      open = false;
      closeSync(file);
    },
  };
}

/** Draws one event; empty when it is of no interest to people. */
export function render(event: SessionEvent): string {
  switch (event.kind) {
    case "output":
      return stripTerminal(event.text);
    case "agent":
      return renderAgent(event.event);
    case "input":
      return styled("yellow", `> ${event.from}: ${event.text}`);
    case "undelivered":
      return styled("yellow", `> not delivered: ${event.why}`);
    case "answer":
      return styled("yellow", `! ${event.from} ${event.allow ? "allows" : "denies"}: ${event.why}`);
    case "hold":
      return styled("dim", `· ${holdWords(event)}`);
    case "notice":
      return styled("dim", `· ${event.text}`);
    case "started":
      return styled("dim", `· started (sandbox: ${event.sandbox})`);
    case "exit": {
      const { cause, code, signal, detail } = event.exit;
      const how = [cause, code, signal, detail].filter((part) => part !== undefined).join(", ");
      return styled("dim", `· ended: ${how}`);
    }
    default:
      return "";
  }
}

function holdWords({ by, left }: Extract<SessionEvent, { kind: "hold" }>): string {
  if (by === undefined) return "orch may speak again";
  return left === undefined ? `${by} has taken over` : `${left} has left, ${by} has not`;
}

function renderAgent(event: AgentEvent): string {
  switch (event.type) {
    case "text":
      return `${stripTerminal(event.text)}\n`;
    case "reasoning":
      return event.text === undefined ? "" : styled("dim", event.text);
    case "tool:started":
      return styled("cyan", `→ ${event.tool} ${event.summary}`);
    case "tool:finished":
      return event.ok ? "" : styled("red", `✗ ${event.tool} ${event.summary}`);
    case "command:started":
      return styled("cyan", `$ ${event.command}`);
    case "command:finished":
      return event.exitCode === 0 ? "" : styled("red", `✗ exit ${event.exitCode ?? "?"}: ${event.outputTail}`);
    case "file:changed":
      return styled("green", `± ${event.change} ${event.path}`);
    default:
      return renderNeed(event);
  }
}

/** What the agent wants of people, and what goes wrong. */
function renderNeed(event: AgentEvent): string {
  switch (event.type) {
    case "permission:requested":
      return styled("yellow", `? ${event.what}`);
    case "permission:withdrawn":
      return styled("yellow", "? taken back");
    case "error":
    case "retry":
      return styled("red", `! ${event.failure.class}: ${event.failure.message}`);
    default:
      return "";
  }
}

function styled(style: keyof typeof STYLES, text: string): string {
  return `${STYLES[style]}${stripTerminal(text)}${RESET}\n`;
}
