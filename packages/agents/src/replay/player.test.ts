import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parseJsonObject, textAt } from "@orch/parser";
import { tempFolder } from "@orch/testing";
import { expect, it } from "vitest";

import { playerFile } from "../player-file.ts";
import { createPlayer } from "./player.ts";
import type { RecordingStep } from "./recording.ts";

async function play(
  steps: readonly RecordingStep[],
): Promise<{ cwd: string; types: readonly unknown[]; code: number }> {
  const cwd = join(await tempFolder("player"), "clone");
  mkdirSync(join(cwd, ".git"), { recursive: true });
  writeFileSync(join(cwd, "a.txt"), "one two one\n");
  symlinkSync("..", join(cwd, "up"));
  const lines: string[] = [];
  const host = { cwd, print: (line: string) => void lines.push(line), now: () => 0, pause: () => Promise.resolve() };
  const code = await createPlayer(host).play(steps);
  return { cwd, code, types: lines.map((line) => textAt(parseJsonObject(line), "type")) };
}

it("changes files for real", async () => {
  const { cwd, types, code } = await play([
    { edit: "a.txt", find: "one", replace: "$& 1" },
    { write: "deep/b.txt", content: "new" },
    { delete: "deep" },
    { edit: "a.txt", find: "absent", replace: "x" },
  ]);
  expect(readFileSync(join(cwd, "a.txt"), "utf8")).toBe("$& 1 two one\n");
  expect(existsSync(join(cwd, "deep"))).toBe(false);
  expect(types).toEqual([
    "session:ready",
    "turn:started",
    "file:changed",
    "file:changed",
    "file:changed",
    "text",
    "turn:finished",
  ]);
  expect(code).toBe(0);
});

it.each(["../out.txt", "up/out.txt", "/nonexistent/out.txt", ".git/hooks/post-commit", "."])(
  "leaves %s alone",
  async (path) => {
    const { cwd, types } = await play([{ write: path, content: "x" }]);
    expect(types).not.toContain("file:changed");
    expect(existsSync(join(cwd, "..", "out.txt"))).toBe(false);
  },
);

it("runs programs and goes on when they fail or do not exist", async () => {
  const { types } = await play([
    { run: [process.execPath, "--no-such-option"] },
    { run: ["no-such-program"] },
    { say: "x" },
  ]);
  expect(types.filter((type) => type === "command:finished")).toHaveLength(2);
});

it("ends the command that runs when it is interrupted", async () => {
  const cwd = await tempFolder("player");
  const told: unknown[] = [];
  const player = createPlayer({
    cwd,
    now: () => 0,
    pause: () => Promise.resolve(),
    print(line) {
      const event = parseJsonObject(line);
      told.push(textAt(event, "status") ?? textAt(event, "type"));
      if (textAt(event, "type") === "command:started") player.hear(JSON.stringify({ interrupt: true }));
    },
  });
  await player.play([{ run: ["tail", "-f", "/dev/null"] }, { say: "never" }]);
  expect(told).toEqual(["session:ready", "turn:started", "command:started", "command:finished", "interrupted"]);
});

it("says what is wrong with a recording", async () => {
  const folder = await tempFolder("player");
  const recording = join(folder, "bad.json");
  writeFileSync(recording, "{");
  const start = (): Buffer =>
    execFileSync(process.execPath, [playerFile, recording, "1", recording, "1"], { stdio: "pipe" });
  expect(start).toThrow(/the recording is neither JSON nor JSON lines/);
});
