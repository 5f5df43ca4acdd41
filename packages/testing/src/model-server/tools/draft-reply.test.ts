import { describe, expect, it } from "vitest";

import { describeRequest } from "../model-request.ts";
import type { ReplyAction } from "../scenario.ts";
import type { OfferedTool } from "../wire/wire.ts";
import type { DraftBlock } from "./dialect.ts";
import { draftReply } from "./draft-reply.ts";

const FILES: Readonly<Record<string, string>> = {
  "/repo/sum.js": "// sum\nexport const sum = (a, b) => a - b;\nlast",
};
const ALL: readonly ReplyAction[] = [
  { do: "read", path: "it's.md" },
  { do: "write", path: "new.md", content: "one\n\ntwo\n" },
  { do: "edit", path: "sum.js", find: "a - b", replace: "a + b" },
  { do: "shell", command: "npm test" },
];

function draft(
  tools: readonly OfferedTool[],
  actions: readonly ReplyAction[],
  wantsJson = false,
): readonly DraftBlock[] {
  const request = describeRequest({
    wire: "responses",
    model: "m",
    stream: true,
    wantsJson,
    tools,
    history: [
      { role: "user", text: "<cwd>/repo</cwd> please", callIds: [] },
      { role: "tool", text: "$& result", callIds: [] },
    ],
    inputTokens: 0,
  });
  return draftReply(actions, { request, readText: (path) => FILES[path] });
}

function functions(...names: string[]): readonly OfferedTool[] {
  return names.map((name) => ({ name, kind: "function" as const }));
}

describe("codex with its own tools", () => {
  const tools = [...functions("exec_command"), { name: "apply_patch", kind: "custom" as const }];

  it("reads and runs through the shell, writes and edits by patches of whole lines", () => {
    expect(draft(tools, ALL)).toEqual([
      { type: "call", name: "exec_command", input: { cmd: `cat 'it'\\''s.md'`, yield_time_ms: 30_000 } },
      {
        type: "custom-call",
        name: "apply_patch",
        input: "*** Begin Patch\n*** Add File: new.md\n+one\n+\n+two\n*** End Patch\n",
      },
      {
        type: "custom-call",
        name: "apply_patch",
        input:
          "*** Begin Patch\n*** Update File: sum.js\n@@\n-export const sum = (a, b) => a - b;\n+export const sum = (a, b) => a + b;\n*** End Patch\n",
      },
      { type: "call", name: "exec_command", input: { cmd: "npm test", yield_time_ms: 30_000 } },
    ]);
  });

  it("writes a text without a final newline through the shell", () => {
    const [call] = draft(tools, [{ do: "write", path: "a/b.md", content: "it's" }]);
    expect(call).toMatchObject({
      name: "exec_command",
      input: { cmd: `mkdir -p "$(dirname -- 'a/b.md')" && printf %s 'it'\\''s' > 'a/b.md'` },
    });
  });

  it("leaves an edit as it is when the file does not hold its text", () => {
    const [call] = draft(tools, [{ do: "edit", path: "gone.md", find: "x", replace: "" }]);
    expect(call).toMatchObject({ input: "*** Begin Patch\n*** Update File: gone.md\n@@\n-x\n*** End Patch\n" });
  });
});

describe("codex in code mode", () => {
  it("joins neighbouring actions to one script", () => {
    const blocks = draft([{ name: "exec", kind: "custom" }], [{ do: "say", text: "go" }, ...ALL]);
    expect(blocks.map((block) => block.type)).toEqual(["text", "custom-call"]);
    const [, call] = blocks;
    const lines = call?.type === "custom-call" ? call.input.split("\n") : [];
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(`text(await tools.exec_command({"cmd":"cat 'it'\\\\''s.md'","yield_time_ms":30000}));`);
    expect(lines[1]).toMatch(/^text\(await tools\.apply_patch\("\*\*\* Begin Patch\\n/);
  });
});

describe("agents with named tools", () => {
  it("Claude Code", () => {
    expect(draft(functions("Bash", "Edit", "Read", "Write"), ALL)).toMatchObject([
      { type: "call", name: "Read", input: { file_path: "/repo/it's.md" } },
      { type: "call", name: "Write", input: { file_path: "/repo/new.md", content: "one\n\ntwo\n" } },
      { type: "call", name: "Edit", input: { file_path: "/repo/sum.js", old_string: "a - b", new_string: "a + b" } },
      { type: "call", name: "Bash", input: { command: "npm test" } },
    ]);
  });

  it("OpenCode", () => {
    expect(draft(functions("bash", "edit", "read", "write"), ALL)).toMatchObject([
      { name: "read", input: { filePath: "/repo/it's.md" } },
      { name: "write", input: { filePath: "/repo/new.md", content: "one\n\ntwo\n" } },
      { name: "edit", input: { filePath: "/repo/sum.js", oldString: "a - b", newString: "a + b" } },
      { name: "bash", input: { command: "npm test" } },
    ]);
  });

  it("Kimi Code, which names Claude Code's tools and calls their paths otherwise", () => {
    const tools = functions("Bash", "Edit", "Read", "Write").map((tool) =>
      tool.name === "Bash" ? { ...tool, fields: ["command"] } : { ...tool, fields: ["path", "content"] },
    );
    expect(draft(tools, ALL)).toMatchObject([
      { type: "call", name: "Read", input: { path: "/repo/it's.md" } },
      { type: "call", name: "Write", input: { path: "/repo/new.md", content: "one\n\ntwo\n" } },
      { type: "call", name: "Edit", input: { path: "/repo/sum.js", old_string: "a - b", new_string: "a + b" } },
      { type: "call", name: "Bash", input: { command: "npm test" } },
    ]);
  });

  it("use the shell for a denied tool, and say so when nothing fits", () => {
    expect(draft(functions("bash"), [{ do: "write", path: "a", content: "b" }])).toMatchObject([{ name: "bash" }]);
    expect(draft(functions("Read"), [{ do: "shell", command: "x" }])).toEqual([
      { type: "text", text: "[the agent offers no tool to shell]" },
    ]);
    expect(draft([], [{ do: "read", path: "x" }])).toEqual([
      { type: "text", text: "[the agent offers no tool to read]" },
    ]);
  });
});

describe("words", () => {
  const json = { ok: true };

  it("join neighbouring texts and fill in what the agent sent", () => {
    const actions: ReplyAction[] = [
      { do: "think", text: "hm" },
      { do: "say", text: "{{result}} of {{user}}" },
      { do: "report", json },
    ];
    expect(draft([], actions)).toEqual([
      { type: "thinking", text: "hm" },
      { type: "text", text: '$& result of <cwd>/repo</cwd> please\n\n```json\n{\n  "ok": true\n}\n```' },
    ]);
  });

  it("report bare JSON by a schema, and through StructuredOutput where it is offered", () => {
    expect(draft([], [{ do: "report", json }], true)).toEqual([{ type: "text", text: '{"ok":true}' }]);
    expect(draft(functions("StructuredOutput"), [{ do: "report", json }])).toEqual([
      { type: "call", name: "StructuredOutput", input: json },
    ]);
  });
});
