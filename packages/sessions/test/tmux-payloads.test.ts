import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { parseSessionId, unwrap, type SessionId } from "@orch/core";
import { programWorks, tempFolder, waitFor } from "@orch/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { createTmuxHost } from "../src/hosts/tmux-host.ts";
import { openBench } from "./bench.ts";

const run = promisify(execFile);
const WAIT_MS = 240_000;

/** Awaited: with its socket gone, nobody could end the server any more. */
function endServerOf(home: string): void {
  // A server whose last session has ended is gone by itself.
  onTestFinished(() => run("tmux", ["-S", join(home, "t.sock"), "kill-server"]).then(ignore, ignore));
}

function ignore(): void {
  // Nothing is left to do.
}

/** What makes tmux, a shell or a terminal do something, each with the file that would give it away. */
function payloadsFor(trap: string): readonly string[] {
  const touch = `touch ${trap}`;
  const commands = [touch, `run-shell '${touch}'`, `if-shell true "run-shell '${touch}'"`, "kill-server", "detach"];
  const around = ["; X", "\\; X", "X;", "X\\;", "$(X)", "`X`", "#(X)", "'; X #", '"; X; "', "& X &", "| X", "%if 1\tX"];
  const keys = ["C-c", "C-d", "C-b d", "M-x", "Enter", "Escape", "BSpace", "F1", "PPage", "KP0"];
  const flags = ["-t", "-t =orch-app-1:", "--", "-l", "-X cancel", "-H 03"];
  const formats = ["#{pane_id}", "#{l:x}", "#[fg=red]", "%0", "@1", "$0", "=orch-", "{last}", "!", "~"];
  const escapes = [
    "\u001b[201~",
    "\u001b]52;c;ZXZpbA==\u0007",
    "\u001b]0;owned\u0007",
    "\u001bPtmux;\u001b\u001b]0;x\u0007",
  ];
  const more = [
    "\u0003",
    "\u0004",
    "\u001a",
    "\u009b31m",
    "\u001bc",
    "\u001b[2J",
    "\u001b[5i",
    "~/.tmux.conf",
    "🎉;",
    ";",
    ";;",
    "\\",
    "'",
  ];
  const wrapped = around.flatMap((shape, index) => shape.replace("X", commands[index % commands.length] ?? touch));
  return [...commands, ...wrapped, ...keys, ...flags, ...formats, ...escapes, ...more];
}

function idOf(number: number): SessionId {
  return unwrap(parseSessionId(`app-${number}`));
}

describe.runIf(programWorks("tmux", ["-V"]))("tmux", () => {
  test("obeys none of sixty payloads in what people and agents say", { timeout: WAIT_MS }, async () => {
    const bench = await openBench("tmux");
    const trap = join(bench.home, "sprung");
    const payloads = payloadsFor(trap);
    expect(new Set(payloads).size).toBeGreaterThanOrEqual(60);
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    const ask = async (...args: readonly string[]): Promise<string> =>
      (await run("tmux", ["-u", "-S", join(bench.home, "run/tmux/orch.sock"), ...args])).stdout;
    const shape = "#{session_name} #{window_id} #{window_name} #{pane_id} #{pane_title}";
    const before = await ask("list-panes", "-a", "-F", shape);
    for (const [index, text] of payloads.entries()) {
      const receipt = await bench.sessions.send(spec.id, { id: `p-${index}`, from: `ada ${text}`, text });
      expect([text, receipt]).toEqual([text, { outcome: "delivered" }]);
    }
    expect(await bench.sessions.send(spec.id, { id: "end", from: "ada", text: "still here" })).toEqual({
      outcome: "delivered",
    });
    await waitFor("the last line", async () =>
      (await ask("capture-pane", "-p", "-t", `=orch-${spec.id}:`)).includes("still here"),
    );
    expect(await ask("list-panes", "-a", "-F", shape)).toBe(before);
    expect(await ask("list-buffers")).toBe("");
    expect(existsSync(trap)).toBe(false);
  });

  test("hands payloads in commands and folders on as they are", { timeout: WAIT_MS }, async () => {
    const home = await tempFolder("payloads");
    const trap = join(home, "sprung");
    const payloads = ["", ...payloadsFor(trap)];
    const folder = join(home, "#(touch sprung);#{pane_id} ##[x] $(id);");
    await mkdir(folder, { recursive: true });
    const host = createTmuxHost({ tmux: "tmux", socket: join(home, "t.sock") });
    endServerOf(home);
    const script =
      "require('fs').writeFileSync(process.argv[1], JSON.stringify([process.cwd(), ...process.argv.slice(2)]))";
    const out = join(home, "out.json");
    const argv = [process.execPath, "-e", script, "--", out, ...payloads];
    await host.start({ id: idOf(1), nonce: "n", folder, argv });
    const written = await waitFor("the command's arguments", async () => {
      const text = await readFile(out, "utf8").catch(() => "");
      return text === "" ? undefined : text;
    });
    expect(JSON.parse(written)).toEqual([folder, ...payloads]);
    expect(existsSync(trap)).toBe(false);
  });

  test("takes none of a thousand ids for another", { timeout: WAIT_MS }, async () => {
    const home = await tempFolder("ids");
    const host = createTmuxHost({ tmux: "tmux", socket: join(home, "t.sock") });
    endServerOf(home);
    const ids = Array.from({ length: 1000 }, (_, index) => index + 1);
    const started = [10, 42, 100, 101, 111, 200, 404, 420, 999, 1000];
    for (const number of started) {
      await host.start({ id: idOf(number), nonce: `n${number}`, folder: home, argv: ["sleep", "1000"] });
    }
    const alive = async (): Promise<readonly number[]> => {
      const listed = await run("tmux", ["-S", join(home, "t.sock"), "list-sessions", "-F", "#{session_name}"]);
      const numbers = listed.stdout
        .trim()
        .split("\n")
        .map((name) => Number(name.replace("orch-app-", "")));
      return numbers.toSorted((left, right) => left - right);
    };
    const others = ids.filter((number) => !started.includes(number));
    const next = others.values();
    const release = async (): Promise<void> => {
      for (const number of next) await host.release({ id: idOf(number), nonce: `n${number}` });
    };
    await Promise.all(Array.from({ length: 4 }, release));
    expect(await alive()).toEqual(started);
    // The right id with the nonce of another start is another session.
    await host.release({ id: idOf(42), nonce: "n420" });
    expect(await alive()).toEqual(started);
    for (const [index, number] of started.slice(0, -1).entries()) {
      await host.release({ id: idOf(number), nonce: `n${number}` });
      expect(await alive()).toEqual(started.slice(index + 1));
    }
  });
});
