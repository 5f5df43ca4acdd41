import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { decodeRecording } from "../index.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "test", "fixtures", "acp");
const textOf = (name: string): string => readFileSync(join(FIXTURES, `${name}.jsonl`), "utf8");

describe("decodeRecording of the Agent Client Protocol", () => {
  it.each(["opencode", "claude", "codex"])("%s came to its end", (name) => {
    const { events, failure } = decodeRecording("acp", textOf(name));
    expect(failure).toBeUndefined();
    expect(events.some((event) => event.type === "file:changed")).toBe(true);
    expect(events.filter((event) => event.type === "text").at(-1)?.text).toContain("-DONE");
  });

  it("tells what Kimi Code did, each call once", () => {
    const { events, report, failure } = decodeRecording("acp", textOf("kimi"));
    expect(failure).toBeUndefined();
    expect(report).toMatchObject({ status: "done", summary: "Fixed the sum" });
    const told = events.flatMap((event) => {
      if (event.type === "command:started") return [`$ ${event.command.slice(0, 13)}`];
      if (event.type === "tool:started") return [event.summary];
      return event.type === "file:changed" ? [`${event.change} ${event.path}`] : [];
    });
    const change = "modified repo/src/sum.js";
    expect(told).toEqual(["Reading src/sum.js", "Editing src/sum.js", change, "$ git add --all"]);
  });

  it("is no success before its prompt is answered", () => {
    const lines = textOf("opencode").trimEnd().split("\n");
    const end = lines.findIndex((line) => line.includes('"stopReason"'));
    for (let length = 0; length < end; length += 1) {
      expect(decodeRecording("acp", lines.slice(0, length).join("\n")).failure?.class).toBe("invalid_output");
    }
  });

  it("tells a refusal", () => {
    const error = '{"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"unexpected status 401 Unauthorized"}}';
    expect(decodeRecording("acp", error).failure?.class).toBe("auth");
    expect(decodeRecording("acp", '{"id":3,"result":{"stopReason":"refusal"}}').failure?.class).toBe("failed");
  });
});
