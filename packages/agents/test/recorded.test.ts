/** Outputs of real agent programs (`fixtures/recorded/<program>-<version>`), each with what it has to amount to. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeRecording } from "../src/index.ts";

const RECORDED = join(import.meta.dirname, "fixtures", "recorded");

/** The class of the failure; `none`: the run came to its end. Recordings that are not named here end like that too. */
const claude: Readonly<Record<string, string>> = {
  "err-400": "failed",
  "err-401": "auth",
  "err-401-default-retries": "invalid_output",
  "err-401-retries1": "auth",
  "err-429-forever": "rate_limit",
  "err-529-forever": "overloaded",
  "err-529-forever-json": "overloaded",
  "err-billing": "quota",
  "err-connrefused": "network",
  "err-hangup-before": "network",
  "err-hangup-mid": "network",
  "err-model": "model",
  "err-nokey": "auth",
  "err-root": "invalid_output",
  "err-stream-overloaded": "server",
  "err-usage-limit": "rate_limit",
  "max-budget": "budget",
  "resume-missing": "invalid_output",
  "session-reuse-id": "invalid_output",
  "sighup-tool": "invalid_output",
  sigint: "invalid_output",
  "sigterm-stream": "invalid_output",
};

const codex: Readonly<Record<string, string>> = {
  "appserver-e401": "auth",
  "appserver-e403": "auth",
  "appserver-e500": "server",
  "appserver-e503": "overloaded",
  "appserver-emodel": "model",
  "appserver-equota": "quota",
  "appserver-interrupt": "interrupted",
  "default-429": "rate_limit",
  "err-400": "failed",
  "err-401": "auth",
  "err-429-stream": "rate_limit",
  "err-500": "server",
  "err-503": "overloaded",
  "err-badconfig": "invalid_output",
  "err-badflag": "invalid_output",
  "err-connrefused-unbounded": "invalid_output",
  "err-context-stream": "context",
  "err-hangup-before": "network",
  "err-hangup-mid": "network",
  "err-nokey": "auth",
  "err-quota-stream": "quota",
  "err-usage": "usage_limit",
  fullauto: "invalid_output",
  "signal-SIGHUP-wrapper": "invalid_output",
  "signal-SIGINT-native": "invalid_output",
  "signal-SIGTERM-native": "invalid_output",
  "signal-SIGTERM-wrapper": "invalid_output",
};

async function recordingsOf(folder: string): Promise<readonly (readonly [name: string, text: string])[]> {
  const files = (await readdir(join(RECORDED, folder))).filter((file) => file.endsWith(".jsonl"));
  return Promise.all(
    files.map(async (file) => [file.replace(/\.jsonl$/, ""), await readFile(join(RECORDED, folder, file), "utf8")]),
  );
}

const text = async (folder: string, name: string): Promise<string> =>
  readFile(join(RECORDED, folder, `${name}.jsonl`), "utf8");

describe.each([
  ["claude", "claude-2.1.329", claude],
  ["codex", "codex-0.169.0", codex],
])("%s", (agent, folder, expected) => {
  test("every recording ends in its class", async () => {
    const recordings = await recordingsOf(folder);
    const found = recordings.map(([name, output]) => [name, decodeRecording(agent, output).failure?.class ?? "none"]);
    expect(Object.fromEntries(found)).toEqual({
      ...Object.fromEntries(recordings.map(([name]) => [name, "none"])),
      ...expected,
    });
  });

  test("a recording that was cut off anywhere, or is noise, is no success and never throws", async () => {
    const whole = await text(folder, agent === "claude" ? "stream-ok" : "ok");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 400 }), fc.string({ unit: "binary" }), (length, noise) => {
        for (const output of [whole.slice(0, length), noise, `${noise}\n${whole.slice(0, length)}`]) {
          expect(decodeRecording(agent, output).failure).toBeDefined();
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("details", () => {
  test("claude's tools, commands, files and cost", async () => {
    const { events, usage } = decodeRecording("claude", await text("claude-2.1.329", "stream-ok"));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["session:ready", "turn:started", "text", "tool:started", "tool:finished", "usage"]),
    );
    expect(events).toContainEqual({ type: "file:changed", path: "README.md", change: "modified" });
    expect(events).toContainEqual({ type: "file:changed", path: "new.txt", change: "added" });
    const command = events.find((event) => event.type === "command:finished");
    expect(command).toMatchObject({ exitCode: 0, outputTail: "0598ae8 agent change\nd325a4d initial" });
    expect(command).toHaveProperty("durationMs");
    expect(usage).toEqual({
      inputTokens: 50_736,
      cachedInputTokens: 0,
      outputTokens: 179,
      costUsd: expect.closeTo(0.206524, 6) as number,
    });
  });

  test("a conversation that goes on is counted from where it went on, and a made-up price is none", async () => {
    const resumed = decodeRecording("claude", await text("claude-2.1.329", "session-continue"));
    expect(resumed.usage).toEqual({ inputTokens: 12_503, cachedInputTokens: 0, outputTokens: 2 });
    const custom = decodeRecording("claude", await text("claude-2.1.329", "model-custom"));
    expect(custom.usage).not.toHaveProperty("costUsd");
  });

  test("several turns of one process add up, whatever was asked and answered between them", async () => {
    const { events, usage } = decodeRecording("claude", await text("claude-2.1.329", "stdin-control"));
    expect(usage).toMatchObject({ inputTokens: 68_954, outputTokens: 362 });
    expect(events.filter(({ type }) => type === "turn:finished").length).toBe(3);
    expect(events.some(({ type }) => type === "turn:finished")).toBe(true);
  });

  test("claude's denials and retries", async () => {
    const denied = decodeRecording("claude", await text("claude-2.1.329", "perm-default"));
    expect(denied.events).toContainEqual(
      expect.objectContaining({
        type: "permission:requested",
        tool: "Bash",
        what: expect.stringContaining("git add") as string,
      }),
    );
    const retried = decodeRecording("claude", await text("claude-2.1.329", "err-429-once"));
    expect(retried.events.find(({ type }) => type === "retry")).toMatchObject({ failure: { class: "rate_limit" } });
  });

  test("codex's commands, files and tokens, by either of its interfaces", async () => {
    const exec = decodeRecording("codex", await text("codex-0.169.0", "ok"));
    expect(exec.events).toContainEqual(
      expect.objectContaining({ type: "command:finished", command: "cat 'README.md'", exitCode: 0 }),
    );
    expect(exec.events).toContainEqual({ type: "file:changed", path: "/repo/README.md", change: "modified" });
    expect(exec.usage).toMatchObject({ inputTokens: 39_190, outputTokens: 151 });
    const server = decodeRecording("codex", await text("codex-0.169.0", "appserver-turn"));
    expect(server.usage).toMatchObject({ inputTokens: 19_712, outputTokens: 55 });
  });

  test("text without a protocol is searched for a report, and is nothing without one", () => {
    const report = '{"status":"done","summary":"Fixed it"}';
    expect(decodeRecording("mine", `done\n${report}`)).toMatchObject({ report: { summary: "Fixed it" } });
    expect(decodeRecording("mine", "all is well")).toMatchObject({ failure: { class: "invalid_output" } });
    expect(decodeRecording("__proto__", "")).toMatchObject({ failure: { class: "invalid_output" } });
  });
});
