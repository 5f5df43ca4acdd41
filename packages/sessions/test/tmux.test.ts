import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { parseSessionId, unwrap, type SessionSpec } from "@orch/core";
import { programWorks, secretText, waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { createTmuxHost } from "../src/hosts/tmux-host.ts";
import { readSessionEvents } from "../src/index.ts";
import { openBench } from "./bench.ts";

type Bench = Awaited<ReturnType<typeof openBench>>;

const run = promisify(execFile);
const forever = new AbortController().signal;

function socketOf(bench: Bench): string {
  return join(bench.home, "run", "tmux", "orch.sock");
}

async function tmux(bench: Bench, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run("tmux", ["-u", "-S", socketOf(bench), ...args]);
  return stdout;
}

function named(spec: SessionSpec, id: string): SessionSpec {
  return { ...spec, id: unwrap(parseSessionId(id)) };
}

describe.runIf(programWorks("tmux", ["-V"]))("where tmux is installed", () => {
  test("attaching shows the transcript, and a typed line is a message", async () => {
    const bench = await openBench("tmux");
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    const target = `=orch-${spec.id}`;
    expect(await bench.sessions.attachCommand(spec.id)).toEqual([
      "tmux",
      "-S",
      socketOf(bench),
      "attach-session",
      "-t",
      target,
    ]);
    await waitFor("the transcript", async () =>
      (await tmux(bench, "capture-pane", "-p", "-t", `${target}:`)).includes("ready"),
    );
    await tmux(bench, "send-keys", "-l", "-t", `${target}:`, "grüße 日本; $(id)");
    await tmux(bench, "send-keys", "-t", `${target}:`, "Enter");
    await waitFor("the answer", async () => {
      const shown = await tmux(bench, "capture-pane", "-p", "-t", `${target}:`);
      return shown.includes("> terminal: grüße 日本; $(id)") && shown.includes("delivered");
    });
    await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
  });

  test("who types has taken over, but not from somebody who holds it and then lets go", async () => {
    const bench = await openBench("tmux");
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    const holders: string[] = [];
    const type = async (line: string): Promise<void> => {
      await tmux(bench, "send-keys", "-l", "-t", `=orch-${spec.id}:`, line);
      await tmux(bench, "send-keys", "-t", `=orch-${spec.id}:`, "Enter");
      await waitFor(line, async () => {
        const events = await Array.fromAsync(readSessionEvents(spec.folder, 0));
        holders.splice(
          0,
          holders.length,
          ...events.flatMap((one) => (one.kind === "hold" ? [one.by ?? "nobody"] : [])),
        );
        return events.some((one) => one.kind === "input" && one.text === line);
      });
    };
    await bench.sessions.hold(spec.id, { by: "ada", ms: 60_000 });
    await type("while she holds it");
    await bench.sessions.hold(spec.id, { by: "ada", ms: 0 });
    await type("afterwards");
    expect(holders).toEqual(["ada", "nobody", "terminal"]);
  });

  test("no key ends the session or its typing", async () => {
    const bench = await openBench("tmux");
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    const target = `=orch-${spec.id}:`;
    const screen = (): Promise<string> => tmux(bench, "capture-pane", "-p", "-t", target);
    await waitFor("the transcript", async () => (await screen()).includes("ready"));
    for (const key of ["C-d", "C-\\", "C-c", "C-z", "C-s"]) await tmux(bench, "send-keys", "-t", target, key);
    await tmux(bench, "send-keys", "-l", "-t", target, "still heard");
    await tmux(bench, "send-keys", "-t", target, "Enter");
    await waitFor("the line", async () => {
      const events = await Array.fromAsync(readSessionEvents(spec.folder, 0));
      return events.some((event) => event.kind === "input" && event.text.endsWith("still heard"));
    });
  });

  test("a line that the terminal cuts is refused, and nothing of it is sent", async () => {
    const bench = await openBench("tmux");
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    const target = `=orch-${spec.id}:`;
    await waitFor("the transcript", async () =>
      (await tmux(bench, "capture-pane", "-p", "-t", target)).includes("ready"),
    );
    for (let part = 0; part < 6; part += 1) await tmux(bench, "send-keys", "-l", "-t", target, "ü".repeat(500));
    await tmux(bench, "send-keys", "-t", target, "Enter");
    await waitFor("the refusal", async () =>
      (await readFile(join(spec.folder, "transcript.log"), "utf8")).includes("refused: a terminal cuts a line"),
    );
    await tmux(bench, "send-keys", "-l", "-t", target, "finish");
    await tmux(bench, "send-keys", "-t", target, "Enter");
    const inputs: string[] = [];
    const seen = async (): Promise<boolean> => {
      inputs.length = 0;
      for await (const event of readSessionEvents(spec.folder, 0)) if (event.kind === "input") inputs.push(event.text);
      return inputs.length > 0;
    };
    await waitFor("the short line", seen);
    expect(inputs).toEqual(["finish"]);
  });

  test("a supervisor that an earlier daemon has just started is joined, not replaced", async () => {
    const bench = await openBench("tmux");
    const spec = bench.spec(bench.actor("exit", "3"));
    const host = createTmuxHost({ tmux: "tmux", socket: socketOf(bench) });
    const argv = bench.actor("hang");
    const first = await host.start({ id: spec.id, nonce: "first", folder: bench.home, argv });
    const second = await host.start({ id: spec.id, nonce: "second", folder: bench.home, argv });
    expect([await first.isThere(), await second.isThere()]).toEqual([false, true]);
    expect((await tmux(bench, "list-panes", "-a", "-F", "#{session_name}")).trim()).toBe(`orch-${spec.id}`);
    await host.release({ id: spec.id });
    expect(await second.isThere()).toBe(false);
  });

  test("keeps terminal commands of the agent away from the terminal", async () => {
    const bench = await openBench("tmux");
    const nasty = "\u001b]0;owned\u0007\u001b]52;c;ZXZpbA==\u0007\u001b[31mred\u001b[0m\u001b[2J shown\n";
    const spec = bench.spec(bench.actor("raw", JSON.stringify(nasty)));
    await bench.sessions.start(spec);
    await bench.sessions.wait(spec.id, forever);
    const transcript = await run("cat", [join(spec.folder, "transcript.log")]);
    expect(transcript.stdout).toContain("\u001b[31mred\u001b[0m shown\n");
    expect(transcript.stdout).not.toContain("owned");
  });

  test("keeps secrets away from the terminal and the transcript", async () => {
    const bench = await openBench("tmux");
    const [token, own] = [`ghp_${secretText(36)}`, "not-of-any-shape"];
    const words = `it is ${token}\nand ${own}\nis all\n`;
    const spec = bench.spec(bench.actor("rawAndStay", JSON.stringify(words)), { env: { MY_SERVICE_TOKEN: own } });
    await bench.sessions.start(spec);
    const shown = await waitFor("the terminal", async () => {
      const text = await tmux(bench, "capture-pane", "-p", "-J", "-t", `=orch-${spec.id}:`).catch(() => "");
      return text.includes("is all") ? text : false;
    });
    await bench.sessions.stop(spec.id, { mode: "kill", why: "seen" });
    const kept = await readFile(join(spec.folder, "transcript.log"), "utf8");
    for (const text of [shown, kept]) {
      expect(text).toContain("it is [redacted:github-token]\nand [redacted:known-secret]\nis all");
    }
  });

  test("never takes one session for another whose name begins the same", async () => {
    const bench = await openBench("tmux");
    const all = Array.from({ length: 20 }, (_, index) => named(bench.spec(bench.actor("hang")), `app-${index + 1}`));
    const started = all.filter((_, index) => index % 2 === 1);
    for (const spec of started) await bench.sessions.start(spec);
    for (const spec of all.filter((one) => !started.includes(one))) {
      expect(await bench.sessions.probe(spec.id)).toEqual({ state: "absent" });
      await expect(bench.sessions.stop(spec.id, { mode: "kill", why: "" })).rejects.toMatchObject({
        code: "session_unknown",
      });
      await bench.sessions.release(spec.id);
    }
    expect(await bench.sessions.list()).toHaveLength(10);
    for (const spec of started) {
      await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
      await bench.sessions.release(spec.id);
    }
    expect(await bench.sessions.list()).toEqual([]);
  }, 120_000);

  test("a session goes on when its terminal is destroyed", async () => {
    const bench = await openBench("tmux");
    const spec = bench.spec(bench.actor("converse"), { protocol: bench.protocol });
    await bench.sessions.start(spec);
    expect(await bench.sessions.attachCommand(spec.id)).toContain("attach-session");
    await tmux(bench, "kill-session", "-t", `=orch-${spec.id}`);
    expect(await bench.sessions.attachCommand(spec.id)).toBeUndefined();
    expect(await bench.sessions.send(spec.id, { id: "m", from: "ada", text: "finish" })).toEqual({
      outcome: "delivered",
    });
    expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ exit: { cause: "exited", code: 0 } });
  });

  test("uses private folders, and leaves no server behind", async () => {
    const bench = await openBench("tmux");
    const spec = bench.spec(bench.actor("exit", "0"));
    await bench.sessions.start(spec);
    await bench.sessions.wait(spec.id, forever);
    for (const folder of ["run", "run/tmux", "run/sockets", "run/sessions"]) {
      expect((await stat(join(bench.home, folder))).mode & 0o077).toBe(0);
    }
    expect((await stat(join(spec.folder, "launch.json"))).mode & 0o077).toBe(0);
    await bench.sessions.release(spec.id);
    const again = await bench.reopen();
    await waitFor("the pane to go", async () => (await tmux(bench, "list-sessions").catch(() => "")) === "");
    await (again as typeof again & AsyncDisposable)[Symbol.asyncDispose]();
    await expect(tmux(bench, "list-sessions")).rejects.toBeDefined();
    expect(existsSync(join(bench.home, "run", "sockets"))).toBe(true);
  });

  test("agents get a terminal where there is tmux, everything else runs detached", async () => {
    const bench = await openBench("auto");
    const agent = bench.spec(bench.actor("hang"));
    const check = bench.spec(bench.actor("hang"), { purpose: "check" });
    for (const [spec, host] of [
      [agent, "tmux"],
      [check, "process"],
    ] as const) {
      await bench.sessions.start(spec);
      expect(await bench.sessions.probe(spec.id)).toMatchObject({ state: "running", host });
      expect((await bench.sessions.attachCommand(spec.id)) === undefined).toBe(host === "process");
      await bench.sessions.stop(spec.id, { mode: "kill", why: "" });
    }
  });
});
