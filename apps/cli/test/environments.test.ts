import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

import { waitFor } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { freePort } from "./free-port.ts";
import { openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;
const node = process.execPath;

/** Writes what it was told into a file of the clone, and waits until a file of the bench is there. */
const AGENT = `import { existsSync, writeFileSync } from "node:fs";
const [gate] = process.argv.slice(2);
const told = Object.entries(process.env).filter(([name]) => /^(ORCH_(PORT|TASK|DB|BRANCH|CLONE)|COMPOSE|SITE|THEIRS)/.test(name));
writeFileSync("agent.json", JSON.stringify(Object.fromEntries(told)));
const end = () => writeFileSync(process.env.ORCH_REPORT_FILE, JSON.stringify({ status: "done", summary: "Looked" }));
const timer = setInterval(() => existsSync(gate) && (clearInterval(timer), end()), 50);
`;

/** Serves on its task's second port for as long as another program of a task would, and says that it could. */
const SERVES = `import { createServer } from "node:http";
const { ORCH_PORT_1, ORCH_DB_NAME, THEIRS, SITE } = process.env;
const server = createServer((_, answer) => answer.end(ORCH_DB_NAME));
server.on("error", (error) => { console.log(error.message); process.exit(1); });
server.listen(Number(ORCH_PORT_1), "127.0.0.1", async () => {
  const answer = await (await fetch("http://127.0.0.1:" + ORCH_PORT_1)).text();
  console.log("served", ORCH_PORT_1, answer, THEIRS, SITE);
  setTimeout(() => process.exit(0), 1000);
});
`;

interface Said extends OrchBench {
  readonly gate: string;
}

/** A bench with two programs in a folder that sessions may read; blocks begin at a port of its own. */
async function openTold(base: number, more: object = {}): Promise<Said> {
  const theirs = { environment: { variables: { THEIRS: "theirs-{{port}}" } } };
  const files = { "README.md": "# sample\n", ".orch.yml": JSON.stringify(theirs) };
  const bench = await openOrchBench({ files });
  const open = join(bench.root, "open");
  await mkdir(open);
  await writeFile(join(open, "agent.mjs"), AGENT);
  await writeFile(join(open, "serves.mjs"), SERVES);
  const gate = join(open, "gate");
  const file = join(bench.home, "config.yml");
  const { sandbox } = JSON.parse(await readFile(file, "utf8")) as { sandbox?: object };
  const config = {
    projects: [bench.repository.path],
    agents: { told: { driver: "command", command: [node, join(open, "agent.mjs"), gate] } },
    sandbox: { ...sandbox, read: [open] },
    hooks: { before_run: [node, join(open, "serves.mjs")] },
    checks: [{ name: "serves", run: [node, join(open, "serves.mjs")] }],
    environment: {
      ports: { base, size: 4, last: base + 39 },
      variables: { SITE: "http://localhost:{{port_3}}/{{slug}}" },
    },
    ...more,
  };
  await writeFile(file, JSON.stringify(config));
  return { ...bench, gate };
}

type Environment = Readonly<Record<string, string>>;

async function toldTo(bench: Said, branch: string): Promise<Environment> {
  return JSON.parse(await bench.repository.git("show", `${branch}:agent.json`)) as Environment;
}

describe.concurrent("what a task has to itself outside its clone (M9)", () => {
  test(
    "two tasks at the same time serve on ports of their own, in hooks and checks",
    { timeout: LONG_MS },
    async () => {
      const base = await freePort();
      await using bench = await openTold(base);
      await writeFile(bench.gate, "");
      await bench.serve();
      await bench.result("task add", ["First look"]);
      await bench.result("task add", ["Second look"]);
      const first = await bench.reaches("int-1", "in_review", "needs_review");
      const second = await bench.reaches("int-2", "in_review", "needs_review");
      const blocks = [first, second].map(({ environment }) => environment?.ports?.first ?? 0);
      expect(new Set(blocks).size).toBe(2);
      expect(blocks.map((block) => (block - base) % 4)).toEqual([0, 0]);
      for (const { task, attempts, environment } of [first, second]) {
        const [receipt] = attempts.at(-1)?.receipts ?? [];
        const port = environment?.ports?.first ?? 0;
        expect(environment?.ports).toEqual({ first: port, last: port + 3 });
        const site = `http://localhost:${port + 3}/${task.branch}`;
        expect(receipt).toMatchObject({ ok: true });
        expect(receipt?.outputTail).toContain(`served ${port + 1} ${environment?.database} theirs-${port} ${site}`);
        expect(await toldTo(bench, task.branch ?? "")).toMatchObject({
          ORCH_PORT: String(port),
          ORCH_PORT_3: String(port + 3),
          ORCH_PORT_COUNT: "4",
          ORCH_TASK_ID: task.id,
          ORCH_TASK_SLUG: task.branch,
          ORCH_BRANCH: task.branch,
          ORCH_DB_NAME: environment?.database,
          COMPOSE_PROJECT_NAME: environment?.compose,
          SITE: site,
        });
      }
      const shown = await bench.orch(["task", "get", "int-1"]);
      expect(shown.out).toMatch(/Ports +\d+ to \d+/);
    },
  );

  test("a repository's own variables reach agents of a trusted project alone", { timeout: LONG_MS }, async () => {
    for (const trusted of [false, true]) {
      await using bench = await openTold(await freePort());
      const file = join(bench.home, "config.yml");
      const config = JSON.parse(await readFile(file, "utf8")) as object;
      await writeFile(file, JSON.stringify({ ...config, projects: [{ path: bench.repository.path, trusted }] }));
      await writeFile(bench.gate, "");
      await bench.result("run", ["Look"]);
      const told = await toldTo(bench, "task-int-1-look");
      expect(told["THEIRS"]).toEqual(trusted ? expect.stringMatching(/^theirs-\d+$/) : undefined);
      expect(told["SITE"]).toContain("http://localhost:");
    }
  });

  test(
    "a daemon that is killed gives the same block again; what somebody listens on is passed over",
    { timeout: LONG_MS },
    async () => {
      const base = await freePort();
      const taken = createServer();
      await new Promise<void>((resolve) => void taken.listen({ host: "127.0.0.1", port: base + 2 }, resolve));
      await using bench = await openTold(base);
      expect((taken.address() as AddressInfo).port).toBe(base + 2);
      const daemon = await bench.serve();
      await bench.result("task add", ["Look"]);
      await waitFor("the agent to work", async () => (await bench.sessions()) > 0);
      const before = await bench.result("task get", ["int-1"]);
      expect(before.environment?.ports).toEqual({ first: base + 4, last: base + 7 });
      process.kill((await bench.client.health()).pid, "SIGKILL");
      await daemon.end;
      await new Promise<void>((resolve) => void taken.close(() => resolve()));
      await bench.serve();
      await bench.result("task add", ["Another look"]);
      await writeFile(bench.gate, "");
      const after = await bench.reaches("int-1", "in_review");
      expect(after.environment?.ports).toEqual(before.environment?.ports);
      expect(after.attempts.at(-1)?.receipts[0]?.outputTail).toContain(`served ${base + 5}`);
      const other = await bench.reaches("int-2", "in_review");
      expect(other.environment?.ports).toEqual({ first: base, last: base + 3 });

      await bench.orch(["task", "cancel", "int-1"]);
      await waitFor("its ports to be free", async () => {
        return (await bench.result("task get", ["int-1"])).environment?.ports === null;
      });
      expect((await bench.result("task get", ["int-2"])).environment?.ports).not.toBeNull();
    },
  );

  test("a broken environment is refused with its place, its reason and a hint", { timeout: LONG_MS }, async () => {
    await using bench = await openTold(await freePort(), {
      environment: {
        ports: { size: 4 },
        variables: { URL: "{{port_4}} {{home}}", ORCH_PORT: "1", PGPASSWORD: "x" },
      },
    });
    const { code, message, hint } = await bench.failure(["run", "Look"]);
    expect(code).toBe("config_invalid");
    expect(message).toMatch(/environment\.variables\.URL holds \{\{port_4\}\}: tasks have 4 ports/);
    expect(message).toMatch(/environment\.variables\.URL holds \{\{home\}\}: placeholders are port, task, slug/);
    expect(message).toMatch(/environment\.variables\.ORCH_PORT is a variable that can't be set here/);
    expect(message).toMatch(/environment\.variables\.PGPASSWORD looks like a secret/);
    expect(hint).toContain("docs/config.md");
  });
});
