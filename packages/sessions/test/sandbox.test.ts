import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";

import type { SessionExit, SessionSpec } from "@orch/core";
import { tempFolder, waitFor } from "@orch/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { probeSandbox, readSessionEvents } from "../src/index.ts";
import { isAlive, findProcess } from "../src/processes/process-table.ts";
import { actor, openBench } from "./bench.ts";

const isRoot = process.getuid?.() === 0;

type Bench = Awaited<ReturnType<typeof openBench>>;

const forever = new AbortController().signal;
const sandbox = await probeSandbox();

async function run(bench: Bench, spec: SessionSpec): Promise<{ exit: SessionExit; text: string }> {
  await bench.sessions.start(spec);
  const end = await bench.sessions.wait(spec.id, forever);
  if (end.state !== "exited") throw new Error(end.why);
  let text = "";
  for await (const event of readSessionEvents(spec.folder, 0)) if (event.kind === "output") text += event.text;
  return { exit: end.exit, text: text.trim() };
}

function confined(bench: Bench, words: readonly string[], rules: Partial<SessionSpec["sandbox"]> = {}): SessionSpec {
  const spec = bench.spec(actor(...words));
  // The program itself may be installed below the temporary folder, which the sandbox replaces.
  const read = [dirname(process.execPath), import.meta.dirname, ...(rules.read ?? [])];
  return { ...spec, sandbox: { mode: "bwrap", write: [], hide: [], network: false, ...rules, read } };
}

async function folders(bench: Bench): Promise<{ open: string; shut: string }> {
  const [open, shut] = [join(bench.home, "open"), join(bench.home, "shut")];
  await mkdir(open);
  await mkdir(shut);
  await writeFile(join(shut, "secret"), "secret");
  return { open, shut };
}

describe("a machine without bubblewrap", () => {
  test("fails closed, whatever was asked for, unless it was none", async () => {
    const bench = await openBench("process", ["env", "PATH=/nowhere"]);
    const { exit: refused } = await run(bench, confined(bench, ["write", join(bench.home, "new")]));
    expect(refused).toMatchObject({ cause: "sandbox_unavailable", outputBytes: 0 });
    expect(existsSync(join(bench.home, "new"))).toBe(false);
    const { exit: auto } = await run(bench, confined(bench, ["exit", "0"], { mode: "auto" }));
    expect(auto).toMatchObject({
      cause: "sandbox_unavailable",
      detail: expect.stringContaining("bubblewrap") as unknown,
    });
    const { exit } = await run(bench, confined(bench, ["exit", "0"], { mode: "none" }));
    expect(exit).toMatchObject({ cause: "exited", sandbox: "none" });
  });
});

describe.runIf(sandbox.mode === "bwrap")("bubblewrap", () => {
  test("passes exit codes on", async () => {
    const bench = await openBench("process");
    const { exit } = await run(bench, confined(bench, ["exit", "7"]));
    expect(exit).toMatchObject({ cause: "exited", code: 7, sandbox: "bwrap" });
  });

  test("lets a session write where it may and nowhere else", async () => {
    const bench = await openBench("process");
    const { open, shut } = await folders(bench);
    const rules = { write: [open], read: [shut] };
    expect((await run(bench, confined(bench, ["write", join(open, "new")], rules))).text).toBe("written");
    expect(await readFile(join(open, "new"), "utf8")).toBe("written");
    expect((await run(bench, confined(bench, ["write", join(shut, "new")], rules))).text).toBe("EROFS");
    expect((await run(bench, confined(bench, ["write", join(import.meta.dirname, "new")], rules))).text).toBe("EROFS");
    expect(existsSync(join(shut, "new"))).toBe(false);
  });

  test("hides folders, and opens parts of them again", async () => {
    const bench = await openBench("process");
    const { shut } = await folders(bench);
    await mkdir(join(shut, "part"));
    await writeFile(join(shut, "part", "known"), "known");
    const rules = { read: [bench.home, join(shut, "part")], hide: [shut, join(shut, "missing")] };
    expect((await run(bench, confined(bench, ["read", join(shut, "secret")], rules))).text).toBe("ENOENT");
    expect((await run(bench, confined(bench, ["read", join(shut, "part", "known")], rules))).text).toBe("known");
    const oneFile = { read: [bench.home], hide: [join(shut, "secret")] };
    expect((await run(bench, confined(bench, ["read", join(shut, "secret")], oneFile))).text).toBe("EACCES");
  });

  test("follows no link out of what may be written", async () => {
    const bench = await openBench("process");
    const { open, shut } = await folders(bench);
    await symlink(shut, join(open, "link"));
    const { text } = await run(
      bench,
      confined(bench, ["write", join(open, "link", "new")], { write: [open], read: [shut] }),
    );
    expect(text).toBe("EROFS");
  });

  test("never shows the sockets of sessions, even inside a writable home", async () => {
    const bench = await openBench("tmux");
    const socket = join(bench.home, "run", "sessions");
    const spec = confined(bench, ["read", socket], { write: [bench.home], read: [bench.home] });
    expect((await run(bench, spec)).text).toBe("ENOENT");
  });

  test("gives each session a temporary folder of its own", async () => {
    const bench = await openBench("process");
    const shared = join(await tempFolder(), "file");
    await writeFile(shared, "theirs");
    const spec = confined(bench, ["read", shared]);
    expect((await run(bench, spec)).text).toBe("ENOENT");
    const other = confined(bench, ["write", "/tmp/mine"]);
    expect((await run(bench, other)).text).toBe("written");
    expect(await readFile(join(other.folder, "tmp", "mine"), "utf8")).toBe("written");
  });

  test("cuts the network, loopback too, unless it is allowed", async () => {
    const bench = await openBench("process");
    const server = createServer((socket) => socket.end());
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    expect((await run(bench, confined(bench, ["dial", port]))).text).toBe("ECONNREFUSED");
    expect((await run(bench, confined(bench, ["dial", port], { network: true }))).text).toBe("connected");
  });

  test("leaves sandboxes of the agent's own possible, but not to root", async () => {
    const bench = await openBench("process");
    const { text } = await run(bench, confined(bench, ["nested"]));
    expect(text).toEqual(isRoot ? expect.stringContaining("max_*_namespaces exceeded") : "inner");
  });

  test("has a user with a name, to whom its files and no rights belong", async () => {
    const bench = await openBench("process");
    const { open } = await folders(bench);
    const say =
      'id -u; id -un; id -gn; stat -c %U "$1"; touch "$1/new"; stat -c %U "$1/new"; git -C "$1" init -q; git -C "$1" status -s';
    const spec = confined(bench, [], { write: [open] });
    const { text } = await run(bench, { ...spec, argv: ["sh", "-c", say, "say", open] });
    const { uid, username } = userInfo();
    const [number, name] = isRoot ? ["1000", "orch"] : [String(uid), username];
    const group: unknown = isRoot ? name : expect.any(String);
    expect(text.split("\n")).toEqual([number, name, group, name, name, "?? new"]);
    expect(await stat(join(open, "new"))).toMatchObject({ uid, gid: userInfo().gid });
  });

  test.runIf(isRoot)("hides from root the sockets of services, unless a rule names them", async () => {
    const bench = await openBench("process");
    const socket = join("/var", `orch-test-${randomUUID()}`);
    const server = createServer((client) => client.end());
    await new Promise<void>((done) => server.listen(socket, done));
    onTestFinished(() => void server.close());
    const dial = `require("net").connect("${socket}").on("error",(e)=>console.log(e.code)).on("connect",()=>console.log("connected"))`;
    const seen = async (read: readonly string[]): Promise<string> => {
      const spec = confined(bench, [], { network: true, read });
      return (await run(bench, { ...spec, argv: [process.execPath, "-e", dial] })).text;
    };
    expect(await seen([])).toBe("ECONNREFUSED");
    expect(await seen([socket])).toBe("connected");
  });

  test("gives exactly the environment, and shows none of it to other users", async () => {
    const bench = await openBench("process");
    const spec = confined(bench, ["env"]);
    const env = { ...spec.env, SECRET: "s3cret" };
    const { text } = await run(bench, { ...spec, env });
    expect(JSON.parse(text)).toMatchObject({ SECRET: "s3cret", ORCH_SESSION: spec.id });
    expect(text).not.toContain("XDG_");
  });

  test("lets an agent tidy up when it is asked to end, and kills it when it does not", async () => {
    const bench = await openBench("process");
    const polite = confined(bench, ["stubborn"]);
    await bench.sessions.start(polite);
    await waitFor("the program", async () => (await outputOf(polite)) !== "");
    await bench.sessions.stop(polite.id, { mode: "terminate", why: "enough" });
    expect(await outputOf(polite)).toMatch(/\nno$/);
    expect(await bench.sessions.probe(polite.id)).toMatchObject({ exit: { cause: "stopped" } });
  });

  test("dies with its supervisor", async () => {
    const bench = await openBench("process");
    const spec = confined(bench, ["escape"]);
    await bench.sessions.start({ ...spec, argv: actor("hang") });
    const state: unknown = JSON.parse(await readFile(join(spec.folder, "state.json"), "utf8"));
    const { pid, child } = state as { pid: number; child: { pid: number; started: string } };
    expect(findProcess(child.pid)?.group).toBe(child.pid);
    process.kill(pid, "SIGKILL");
    expect(await bench.sessions.wait(spec.id, forever)).toMatchObject({ state: "lost" });
    expect(isAlive(child)).toBe(false);
  });

  test("takes down what the program started, in whatever session it is, and counts it", async () => {
    const bench = await openBench("process");
    for (const verb of ["escape", "outlive"]) {
      const { exit } = await run(bench, confined(bench, [verb]));
      expect(exit).toMatchObject({ cause: "exited", code: 0, survivors: 1 });
    }
  });

  test("counts nothing that ends within the grace, and passes on how a program was killed", async () => {
    const bench = await openBench("process");
    const { exit: brief } = await run(bench, confined(bench, ["brief"]));
    expect(brief).toMatchObject({ cause: "exited", code: 0, survivors: 0 });
    const doomed = confined(bench, ["signal", "SIGKILL"]);
    expect((await run(bench, doomed)).exit).toMatchObject({ cause: "exited", code: 137, survivors: 0 });
    expect(await readFile(join(doomed.folder, "stderr.txt"), "utf8")).toBe("");
  });

  test("runs programs, never what a shell has of the same name", async () => {
    const bench = await openBench("process");
    const spec = confined(bench, []);
    const { text } = await run(bench, { ...spec, argv: ["echo", "-e", "a\\tb", "$(id)", "; id"] });
    expect(text).toBe("a\tb $(id) ; id");
  });

  test("says so when the program is not to be seen inside", async () => {
    const bench = await openBench("process");
    const spec = confined(bench, ["exit", "0"], { hide: [dirname(process.execPath)] });
    const { exit } = await run(bench, { ...spec, sandbox: { ...spec.sandbox, read: [] } });
    expect(exit).toMatchObject({
      cause: "sandbox_unavailable",
      detail: expect.stringContaining("hides the program") as unknown,
    });
  });
});

async function outputOf(spec: SessionSpec): Promise<string> {
  let text = "";
  for await (const event of readSessionEvents(spec.folder, 0)) if (event.kind === "output") text += event.text;
  return text.trim();
}
