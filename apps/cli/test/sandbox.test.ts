import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { delimiter, dirname, join } from "node:path";

import { checkSandboxes } from "@orch/sessions";
import { tempFolder } from "@orch/testing";
import { describe, expect, onTestFinished, test } from "vitest";

import { fixtureAgent, openOrchBench } from "./orch-bench.ts";
import { orch } from "./orch-process.ts";

const LONG_MS = 120_000;
const REAL = "the-real-key-of-the-model";
const working = await checkSandboxes();

/** Speaks as much of the Agent Client Protocol as a task needs, with a package beside its own, and starts an agent. */
const ADAPTER = `import { execFileSync } from "node:child_process";
import { answer } from "part";
const ANSWERS = {
  initialize: () => ({ protocolVersion: 1 }),
  "session/new": () => ({ sessionId: "s" }),
  "session/prompt": (say) => {
    say(execFileSync(process.env.AGENT_EXECUTABLE, { encoding: "utf8" }));
    return { stopReason: "end_turn" };
  },
};
answer(ANSWERS);
`;
const PART = `import { createInterface } from "node:readline";
const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }));
const update = (text) => ({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
const say = (text) => send({ method: "session/update", params: { sessionId: "s", update: update(text) } });
export const answer = (answers) =>
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method } = JSON.parse(line);
    send({ id, result: answers[method]?.(say) ?? {} });
  });
`;
const AGENT = `#!/bin/sh
printf 'by the agent, sees: %s' "$(cd "\${0%/links/agent}" && ls -A | tr '\\n' ' ' | sed 's/ $//')" >proof.txt
git add proof.txt && git commit --quiet --message 'feat: a proof'
echo '{"status":"done","summary":"Wrote a proof"}'
`;

/** A machine with nothing but what orch itself needs. */
async function barePath(): Promise<string> {
  const bin = await tempFolder("bin");
  await symlink(process.execPath, join(bin, "node"));
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const git = folders.map((folder) => join(folder, "git")).find((path) => existsSync(path));
  await symlink(git ?? "git", join(bin, "git"));
  return bin;
}

async function modelService(): Promise<{ readonly address: string; heard(): readonly (string | undefined)[] }> {
  const heard: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { address: `http://127.0.0.1:${port}`, heard: () => heard };
}

describe("a machine without any sandbox", () => {
  test("runs no agent until the person says so, and then says so everywhere", { timeout: LONG_MS }, async () => {
    const env = { PATH: await barePath() };
    await using bench = await openOrchBench({
      config: { sandbox: { mode: "auto" }, agents: { writer: fixtureAgent("writes") } },
    });
    const refused = await bench.orch(["run", "Write"], { env });
    expect(refused).toMatchObject({ code: 4, out: expect.stringContaining("sandbox_unavailable") as unknown });
    expect(refused.out).toContain("orch doctor --fix");
    expect(refused.out).toContain("orch run --resume --sandbox none");
    const resumed = await bench.orch(["run", "--resume", "--sandbox", "none"], { env });
    expect(resumed).toMatchObject({ code: 0, err: expect.stringContaining("The sandbox is off") as unknown });
    expect(resumed.out).toContain("NO SANDBOX, network open");
    expect(await readFile(join(bench.home, "config.yml"), "utf8")).toMatch(/"?sandbox"?: "?none"?/);
    expect((await bench.orch(["task", "list"], { env })).out).toContain("in_review (no sandbox)");
    const shown = await bench.orch(["task", "get", "int-1"], { env });
    expect(shown.out).toContain("none: switched off for this project");
    const { task, attempts } = await bench.result("task get", ["int-1"], { env });
    expect(task.sandbox).toBe("none");
    expect(attempts.at(-1)?.confinement).toEqual({ sandbox: "none", network: "open", credentials: "none" });
    expect((await bench.orch(["project", "list"], { env })).out).toMatch(/none +none/);
  });

  test("doctor tells what to install, installs it where it may, and looks again", async () => {
    const [bin, home] = [await barePath(), await tempFolder("home")];
    const asked = join(home, "asked");
    const installer = join(bin, "apt-get");
    await writeFile(
      installer,
      `#!${process.execPath}\nrequire("fs").writeFileSync(${JSON.stringify(asked)}, process.argv.slice(2).join(" "));\n`,
    );
    await chmod(installer, 0o755);
    const told = await orch(["doctor"], { home, folder: home, path: bin });
    expect(told.out).toContain("Install bubblewrap and socat: orch doctor --fix");
    const fixed = await orch(["doctor", "--fix"], { home, folder: home, path: bin });
    const command = "apt-get install --yes --no-install-recommends bubblewrap socat";
    if (process.getuid?.() === 0) {
      expect(fixed.err).toContain(`$ ${command}\n`);
      expect(await readFile(asked, "utf8")).toBe(command.slice("apt-get ".length));
    } else {
      expect(fixed.out).toContain(`sudo ${command}`);
    }
    expect(fixed.code).toBe(1);
  });
});

describe.runIf(working.srt.works)("a machine with sandbox-runtime", () => {
  test("an agent uses a key that it does not hold", { timeout: LONG_MS }, async () => {
    const service = await modelService();
    const env = { MODEL_URL: service.address, MODEL_API_KEY: REAL, LEVEL: "high" };
    const writer = { ...fixtureAgent("calls-model"), env };
    await using bench = await openOrchBench({ config: { sandbox: { mode: "auto" }, agents: { writer } } });
    const ran = await bench.orch(["run", "Ask the model"]);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain("sandbox srt, network filtered, keys kept outside");
    expect(service.heard()).toEqual([`Bearer ${REAL}`]);
    const { attempts } = await bench.result("task get", ["int-1"]);
    expect(attempts.at(-1)?.confinement).toEqual({ sandbox: "srt", network: "filtered", credentials: "masked" });
    // What the agent saw is in its result: its whole environment, and what it could reach.
    const seen = JSON.parse(await bench.repository.git("show", `${attempts.at(-1)?.branch ?? ""}:seen.json`)) as {
      readonly names: readonly string[];
      readonly begins: string;
      readonly elsewhere: string;
    };
    expect(seen).toMatchObject({ elsewhere: "closed", begins: "placeholder-" });
    const proxy = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
    const asked = ["LEVEL", "MODEL_API_KEY", "MODEL_URL", "HOME", "NODE_USE_ENV_PROXY", ...proxy];
    const usual = ["PATH", "TERM", "COLORTERM", "LANG", "TZ", "TMPDIR"].filter((name) => name in process.env);
    const told = [
      "ORCH_AGENT",
      "ORCH_ATTEMPT",
      "ORCH_BRANCH",
      "ORCH_SESSION",
      "ORCH_SESSION_NONCE",
      "ORCH_TASK",
      "TASK_ID",
    ];
    const ports = ["", "_COUNT", ...Array.from({ length: 10 }, (_, index) => `_${index}`)].map(
      (end) => `ORCH_PORT${end}`,
    );
    const own = ["ORCH_TASK_ID", "ORCH_TASK_SLUG", "ORCH_CLONE", "ORCH_DB_NAME", "COMPOSE_PROJECT_NAME", ...ports];
    const files = ["ORCH_PROMPT_FILE", "ORCH_REPORT_FILE", "ORCH_SYSTEM_FILE"];
    const packages = ["npm_config_ignore_scripts", "YARN_ENABLE_SCRIPTS"];
    // PWD is what the shells on the way add.
    const expected = new Set([...asked, ...usual, ...told, ...own, ...files, ...packages, "PWD"]);
    const more = seen.names.filter((name) => !expected.has(name)).toSorted();
    expect(more).toEqual([]);
  });

  test("an adapter in the person's home runs, and so does the agent that it starts", { timeout: LONG_MS }, async () => {
    await using bench = await openOrchBench({ config: { sandbox: { mode: "auto" } } });
    const modules = join(bench.root, "person/.npm/lib/node_modules");
    const [adapter, part] = [join(modules, "@some/adapter/dist/index.js"), join(modules, "part/index.js")];
    const agent = join(bench.root, "person/.local/share/agent/versions/1/agent");
    const link = join(bench.root, "person/links/agent");
    const files = { [adapter]: ADAPTER, [part]: PART, [join(modules, "part/package.json")]: '{"type":"module"}' };
    for (const [file, text] of Object.entries({ ...files, [agent]: AGENT })) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: 0o755 });
    }
    await writeFile(join(modules, "@some/adapter/package.json"), '{"type":"module"}');
    await mkdir(dirname(link));
    await symlink(agent, link);
    // As tools that keep several versions of a program have it.
    const current = join(bench.root, "person/current");
    await symlink(".npm/lib", current);
    const asked = join(current, "node_modules/@some/adapter/dist/index.js");
    const writer = { driver: "acp", command: [process.execPath, asked], env: { AGENT_EXECUTABLE: link } };
    await writeFile(join(bench.home, "config.yml"), JSON.stringify({ agents: { writer } }));
    const ran = await bench.orch(["run", "Write a proof"]);
    expect(ran, `it printed ${ran.out}`).toMatchObject({ code: 0, err: "" });
    const { attempts } = await bench.result("task get", ["int-1"]);
    expect(attempts.at(-1)?.confinement).toMatchObject({ sandbox: "srt" });
    const shown = await bench.repository.git("show", `${attempts.at(-1)?.branch ?? ""}:proof.txt`);
    expect(shown, "the rest of the home is hidden").toBe("by the agent, sees: .local .npm current links");
  });

  test("a stranger's task is looked at, and done once a person has read it", { timeout: LONG_MS }, async () => {
    const service = await modelService();
    await using bench = await openOrchBench({
      config: {
        sandbox: { mode: "none" },
        merge: { policy: "auto" },
        checks: [{ name: "proof", run: ["test", "-f", "proof.txt"] }],
        agents: { reader: { ...fixtureAgent("tries"), egress: ["*"] } },
      },
    });
    const before = await bench.repository.git("rev-parse", "main");
    const looked = await bench.orch(["run", `Fetch ${service.address}/ now`, "--trust", "untrusted"]);
    expect(looked).toMatchObject({ code: 4, out: expect.stringContaining("untrusted_task") as unknown });
    expect(looked.out).toContain("next\n  orch task get int-1\n  orch task trust int-1\n");
    const first = await bench.result("task get", ["int-1"]);
    expect(first.task).toMatchObject({ trust: "untrusted", detail: "wrote: no, reached: no" });
    expect(first.task.hint).toContain("orch task trust");
    expect(first.attempts.at(-1)?.confinement).toMatchObject({ sandbox: "srt", network: "filtered" });
    expect(service.heard()).toEqual([]);
    await bench.result("task trust", ["int-1"]);
    const { task, attempts } = await bench.reaches("int-1", "in_review");
    expect(task.trust).toBe("reviewed");
    expect(attempts.at(-1)).toMatchObject({ summary: "wrote: yes, reached: yes" });
    expect(attempts.at(-1)?.confinement?.sandbox, "switched off for the person's own tasks only").not.toBe("none");
    expect(await bench.repository.git("rev-parse", "main"), "a person merges").toBe(before);
    expect((await bench.orch(["task", "get", "int-1"])).out).toContain("reviewed: always in a sandbox");
    const again = await bench.failure(["task", "trust", "int-1", "untrusted"]);
    expect(again).toMatchObject({ code: "move_refused", exit: 1 });
    await bench.result("task merge", ["int-1"]);
    const { task: part } = await bench.result("task add", ["Part of it", "--parent", "int-1"]);
    expect(part.trust, "as its parent").toBe("reviewed");
  });
});
