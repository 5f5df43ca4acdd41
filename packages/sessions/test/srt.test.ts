import { execFileSync, spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer as createPlainServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { hostname } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

import type { SandboxSecret, SessionExit, SessionSpec } from "@orch/core";
import { tempFolder, waitFor } from "@orch/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { checkSandboxes, readSessionEvents } from "../src/index.ts";
import { actor, openBench } from "./bench.ts";

type Bench = Awaited<ReturnType<typeof openBench>>;

const forever = new AbortController().signal;
const working = await checkSandboxes();
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
/** A name like any other, which the resolver of this machine says is this machine. */
const leadsHere = await lookup(hostname(), { family: 4 }).then(
  ({ address }) => address.startsWith("127."),
  () => false,
);
const REAL = "the-real-key-that-nobody-inside-may-have";
const PATIENCE = { timeout: 60_000 };

interface Service {
  readonly address: string;
  readonly port: number;
  /** The authorization of each request. */
  heard(): readonly (string | undefined)[];
}

async function serve(tls?: { readonly key: string; readonly cert: string }): Promise<Service> {
  const heard: (string | undefined)[] = [];
  const answer: RequestListener = (request, response) => {
    heard.push(request.headers.authorization);
    response.end("answer");
  };
  const server = tls === undefined ? createPlainServer(answer) : createTlsServer(tls, answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { address: `http${tls === undefined ? "" : "s"}://localhost:${port}`, port, heard: () => heard };
}

function secret(hosts: readonly string[]): SandboxSecret {
  return { name: "MODEL_KEY", placeholder: "placeholder-0d5c1f0e-74a4-4a38", value: REAL, hosts };
}

function spec(bench: Bench, words: readonly string[], more: Partial<SessionSpec["sandbox"]> = {}): SessionSpec {
  const tools = (process.env["PATH"] ?? "").split(":").filter((folder) => isAbsolute(folder));
  const read = [...tools, dirname(process.execPath), import.meta.dirname, bench.home];
  const egress = { allow: [], endpoints: [] };
  const rules = { mode: "srt", write: [], hide: [], read, network: true, egress, ...more } as const;
  return { ...bench.spec(actor(...words)), sandbox: rules };
}

async function run(bench: Bench, what: SessionSpec): Promise<{ readonly exit: SessionExit; readonly text: string }> {
  await bench.sessions.start(what);
  const end = await bench.sessions.wait(what.id, forever);
  if (end.state !== "exited") throw new Error(end.why);
  return { exit: end.exit, text: await outputOf(what) };
}

async function outputOf({ folder }: SessionSpec): Promise<string> {
  let text = "";
  for await (const event of readSessionEvents(folder, 0)) if (event.kind === "output") text += event.text;
  return text.trim();
}

/** The processes in whose environment or arguments a text stands. */
function holders(text: string): readonly string[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    const files = ["environ", "cmdline"].map((file) => read(`/proc/${name}/${file}`));
    return files.some((content) => content.includes(text)) ? [`${name} ${files[1] ?? ""}`] : [];
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe.runIf(working.srt.works)("sandbox-runtime", () => {
  test("lets a program use a key that it does not hold", PATIENCE, async () => {
    const bench = await openBench("process");
    const service = await serve();
    const egress = { allow: [], endpoints: [service.address] };
    const given = secret(["localhost"]);
    const plain = spec(bench, ["ask", service.address, "MODEL_KEY"], { egress });
    const { exit, text } = await run(bench, {
      ...plain,
      env: { ...plain.env, MODEL_KEY: given.placeholder },
      secrets: [given],
    });
    expect({ text, heard: service.heard() }).toEqual({ text: "answer", heard: [`Bearer ${REAL}`] });
    expect(exit.confinement).toEqual({ sandbox: "srt", network: "filtered", credentials: "masked" });
  });

  test("has the key in no file, environment or argument while the program runs", PATIENCE, async () => {
    const bench = await openBench("process");
    const given = secret(["localhost"]);
    const plain = spec(bench, ["stubborn"]);
    const keyless = { ...plain, env: { ...plain.env, MODEL_KEY: given.placeholder }, secrets: [given] };
    await bench.sessions.start(keyless);
    await waitFor("the program", async () => (await outputOf(keyless)) !== "");
    expect(holders(given.placeholder)).not.toEqual([]);
    expect(holders(REAL)).toEqual([]);
    const files = await filesBelow(bench.home);
    expect(files.filter((path) => read(path).includes(given.placeholder))).not.toEqual([]);
    expect(files.filter((path) => read(path).includes(REAL))).toEqual([]);
    await bench.sessions.stop(keyless.id, { mode: "kill", why: "the test is over" });
  });

  test.runIf(hasOpenssl)("opens TLS to put the key onto the wire, and only there", PATIENCE, async () => {
    const folder = await tempFolder("tls");
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...names], {
      stdio: "ignore",
    });
    const service = await serve({ key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") });
    const bench = await openBench("process", ["env", `NODE_EXTRA_CA_CERTS=${cert}`]);
    const egress = { allow: [], endpoints: [service.address] };
    for (const [hosts, heard] of [
      [["localhost"], REAL] as const,
      [["api.example.com"], secret([]).placeholder] as const,
    ]) {
      const given = secret(hosts);
      const plain = spec(bench, ["ask", service.address, "MODEL_KEY"], { egress });
      const env = { ...plain.env, MODEL_KEY: given.placeholder };
      const { text } = await run(bench, { ...plain, env, secrets: [given] });
      expect(text).toBe("answer");
      expect(service.heard().at(-1)).toBe(`Bearer ${heard}`);
    }
  });

  test.runIf(leadsHere)("lets an allowed name lead nowhere on this machine", PATIENCE, async () => {
    const bench = await openBench("process");
    const service = await serve();
    const address = `http://${hostname()}:${service.port}`;
    const ask = (egress: { allow: readonly string[]; endpoints: readonly string[] }): Promise<{ text: string }> =>
      run(bench, spec(bench, ["ask", address, "MODEL_KEY"], { egress }));
    // The person's own service may be here; what is merely allowed may not turn out to be.
    expect((await ask({ allow: [], endpoints: [address] })).text).toBe("answer");
    expect(service.heard()).toHaveLength(1);
    expect((await ask({ allow: [`${hostname()}:${service.port}`], endpoints: [] })).text).not.toBe("answer");
    expect(service.heard()).toHaveLength(1);
  });

  test("leaves loopback inside to the program", PATIENCE, async () => {
    const bench = await openBench("process");
    expect((await run(bench, spec(bench, ["ownServer"]))).text).toBe("own");
  });

  test("lets a program use its network for a last word when it is asked to end", PATIENCE, async () => {
    const bench = await openBench("process");
    const service = await serve();
    const polite = spec(bench, ["lastWord", service.address], { egress: { allow: [], endpoints: [service.address] } });
    await bench.sessions.start(polite);
    await waitFor("the program", async () => (await outputOf(polite)) === "ready");
    await bench.sessions.stop(polite.id, { mode: "terminate", why: "enough" });
    expect(await outputOf(polite)).toBe("ready\nanswer");
  });

  test("keeps its proxy when its supervisor is asked to end, until the program has ended", PATIENCE, async () => {
    const bench = await openBench("process");
    const service = await serve();
    const polite = spec(bench, ["lastWord", service.address], { egress: { allow: [], endpoints: [service.address] } });
    await bench.sessions.start(polite);
    await waitFor("the program", async () => (await outputOf(polite)) === "ready");
    const state = JSON.parse(await readFile(join(polite.folder, "state.json"), "utf8")) as { readonly pid: number };
    process.kill(state.pid, "SIGTERM");
    await bench.sessions.wait(polite.id, forever);
    expect(await outputOf(polite)).toBe("ready\nanswer");
  });

  test("leaves a clone to git as it is: nothing is in the way of add, and nothing stays behind", PATIENCE, async () => {
    const bench = await openBench("process");
    const clone = join(bench.home, "clone");
    execFileSync("git", ["init", "--quiet", clone]);
    await writeFile(join(clone, "file"), "content\n");
    await mkdir(join(clone, ".vscode"));
    await writeFile(join(clone, ".vscode", "settings.json"), "{}\n");
    const before = await readdir(clone);
    const plain = spec(bench, [], { write: [clone] });
    const { exit, text } = await run(bench, { ...plain, cwd: clone, argv: ["git", "add", "--all", "--verbose"] });
    expect({ code: exit.code, text }).toEqual({ code: 0, text: "add '.vscode/settings.json'\nadd 'file'" });
    expect(await readdir(clone)).toEqual(before);
  });

  test("leaves nothing behind when its supervisor is killed", PATIENCE, async () => {
    const bench = await openBench("process");
    const clone = join(bench.home, "clone");
    await mkdir(clone);
    const killed = spec(bench, ["hang"], { write: [clone] });
    await bench.sessions.start({ ...killed, cwd: clone });
    const launch = JSON.parse(await readFile(join(killed.folder, "launch.json"), "utf8")) as Record<string, string>;
    const state = JSON.parse(await readFile(join(killed.folder, "state.json"), "utf8")) as { readonly pid: number };
    const { nonce = "", socket = "" } = launch;
    expect(holders(nonce).length).toBeGreaterThan(1);
    process.kill(state.pid, "SIGKILL");
    expect(await bench.sessions.wait(killed.id, forever)).toMatchObject({ state: "lost" });
    expect(holders(nonce)).toEqual([]);
    await bench.sessions.release(killed.id);
    expect(existsSync(socket.replace(/\.sock$/, ""))).toBe(false);
    expect(await readdir(clone)).toEqual([]);
  });

  test("is what auto means, and bubblewrap where socat is missing", PATIENCE, async () => {
    const bench = await openBench("process");
    expect((await run(bench, spec(bench, ["exit", "3"], { mode: "auto" }))).exit).toMatchObject({
      code: 3,
      confinement: { sandbox: "srt", network: "filtered" },
    });
    const few = await tempFolder("few");
    for (const name of ["bwrap", "env", "mkfifo"]) {
      await symlink(execFileSync("which", [name], { encoding: "utf8" }).trim(), join(few, name));
    }
    const poor = await openBench("process", [join(few, "env"), `PATH=${few}`]);
    expect((await run(poor, spec(poor, ["exit", "4"], { mode: "auto" }))).exit).toMatchObject({
      code: 4,
      confinement: { sandbox: "bwrap", network: "open" },
    });
    expect((await run(poor, spec(poor, ["exit", "5"]))).exit).toMatchObject({
      cause: "sandbox_unavailable",
      detail: "socat is not installed",
    });
  });
});
