/** What the drivers make of output that real command lines printed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { AgentConversation, AgentEvent } from "@orch/core";
import { describe, expect, it } from "vitest";

import { agentProtocols, createDrivers } from "../src/index.ts";
import { decodeOpencode } from "../src/opencode/opencode-recording.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
const exit = {
  cause: "exited",
  code: 0,
  startedAt: 0,
  endedAt: 1,
  outputBytes: 0,
  outputHash: "",
  lastSeq: 0,
  survivors: 0,
  sandbox: "none",
} as const;

async function linesOf(...path: readonly string[]): Promise<readonly string[]> {
  return (await readFile(join(FIXTURES, ...path), "utf8")).split("\n").filter((line) => line !== "");
}

describe("opencode run", () => {
  const conclude = (events: readonly AgentEvent[], code: number) =>
    createDrivers({ path: [], home: "/nonexistent" })["opencode"]?.conclude({ events, exit: { ...exit, code } });

  it.each([
    ["ok", 0, undefined],
    ["session-resume", 0, undefined],
    ["err-429-once", 0, undefined],
    ["perm-deny", 0, undefined],
    ["err-401", 1, "auth"],
    ["err-429", 1, "rate_limit"],
    ["err-model", 1, "model"],
    ["model-unknown", 1, "failed"],
    ["err-maxtokens", 0, "failed"],
    ["err-stream", 0, "invalid_output"],
    ["perm-external", 0, "invalid_output"],
    ["signal-SIGTERM", 0, "invalid_output"],
  ])("%s with exit code %i", async (name, code, expected) => {
    const lines = await linesOf("opencode", "1.18.33", `${name}.jsonl`);
    const conclusion = conclude(decodeOpencode(lines.join("\n"), "/repo"), code);
    expect(conclusion?.failure?.class).toBe(expected);
  });

  it("leaves paths as they are where nobody knows the clone", async () => {
    const events = decodeOpencode((await linesOf("opencode", "1.18.33", "ok.jsonl")).join("\n"));
    expect(events).toContainEqual({ type: "file:changed", path: "/repo/README.md", change: "modified" });
  });

  it("tells tools, files, commands and what they cost", async () => {
    const events = decodeOpencode((await linesOf("opencode", "1.18.33", "ok.jsonl")).join("\n"), "/repo");
    expect(events).toContainEqual({ type: "file:changed", path: "README.md", change: "modified" });
    expect(events.find((event) => event.type === "command:finished")).toMatchObject({ exitCode: 0, durationMs: 168 });
    const { usage } = conclude(events, 0) ?? {};
    expect(usage).toEqual({ inputTokens: 31_409, cachedInputTokens: 0, outputTokens: 133, costUsd: 0.031675 });
  });
});

it("a session of opencode serve is told with its questions, its steering and its second turn", async () => {
  const lines = await linesOf("opencode", "1.18.33", "serve-events.jsonl");
  const bridge = [
    { ready: { guarded: true } },
    { id: 1, status: 200, body: { providers: [] } },
    { id: 2, status: 200, body: { id: "ses_e047c3839ffeDQh24oy5OPstA", version: "1.18.33" } },
  ].map((line) => JSON.stringify(line));
  const session = /"sessionID":"(ses_\w+)"/.exec(lines.join("\n"))?.[1] ?? "";
  const output = [...bridge, ...lines.map((line) => `{"event":${line}}`)].join("\n");
  const events = decodeOpencode(output.replaceAll("ses_e047c3839ffeDQh24oy5OPstA", session), "/repo");
  expect(events.filter((event) => event.type === "permission:requested")).toMatchObject([
    { tool: "edit", what: "/repo/README.md" },
    { tool: "bash", what: "git add -A && git commit -qm serve && git log --oneline" },
  ]);
  expect(events).toContainEqual({ type: "text", text: "FIRST-DONE STEER: use postgres" });
  expect(events.filter((event) => event.type === "usage")).toHaveLength(4);
  expect(events.at(-1)).toMatchObject({ type: "turn:finished", status: "completed" });
});

describe("the agent client protocol", () => {
  it.each([
    ["opencode", "5284b86 acp"],
    ["claude", "acp"],
    ["codex", ""],
    ["kimi", "git add --all"],
  ])("as %s speaks it", async (name, output) => {
    const events: AgentEvent[] = [];
    const said: unknown[] = [];
    const protocol = agentProtocols.find((candidate) => candidate.name === "acp");
    const conversation = protocol?.converse({
      options: { cwd: "/repo", message: "x" },
      emit: (event) => void events.push(event),
      writeLine: (line) => void said.push(JSON.parse(line)),
      closeInput: () => undefined,
      note: () => undefined,
    });
    conversation?.open();
    replay(conversation, await linesOf("acp", `${name}.jsonl`));
    expect(events.at(-1)).toMatchObject({ type: "turn:finished", status: "completed" });
    expect(events.some((event) => event.type === "text")).toBe(true);
    const finished = events.filter((event) => event.type === "command:finished" || event.type === "tool:finished");
    expect(JSON.stringify(finished)).toContain(output);
    expect(said).toContainEqual(expect.objectContaining({ method: "session/prompt", jsonrpc: "2.0" }));
  });

  /** Plays the agent's side. The second prompt of the recordings was sent into the running turn, which orch does not do. */
  function replay(conversation: AgentConversation | undefined, lines: readonly string[]): void {
    for (const line of lines) {
      const { dir, message } = JSON.parse(line) as { dir: string; message: unknown };
      if (dir === "agent") conversation?.line(JSON.stringify(message));
    }
  }
});
