import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, isAbsolute, join } from "node:path";

import type { Enclosure, Sandbox, SandboxPlan, SandboxSecret } from "@orch/core";
import { describe, expect, onTestFinished, test } from "vitest";

import { tempFolder } from "../temp-folder.ts";

const SECRET: SandboxSecret = {
  name: "MODEL_KEY",
  placeholder: "placeholder-7e52b1c2-2b1f-4c1e-9d59-6f7b1f7f3a11",
  value: "real-value-of-the-key",
  hosts: ["127.0.0.1"],
};

const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

interface Ground {
  readonly clone: string;
  readonly hidden: string;
  readonly plan: SandboxPlan;
}

interface Ran {
  readonly code: number | null;
  readonly text: string;
}

/** The contract of `Sandbox`; `make` gives a fresh one. It has to work on the machine of the test. */
export function describeSandbox(name: string, make: () => Sandbox): void {
  describe(`${name} keeps the contract of Sandbox`, { timeout: 60_000 }, () => {
    test("says that it works, and passes arguments, environment and exit code", async () => {
      const sandbox = make();
      expect(await sandbox.check()).toEqual({ works: true });
      const { plan } = await layGround();
      const env = { ...plan.env, WORD: "a 'b' \"c\" $d\n`e`" };
      const words = ["", "*", "$(id)", "ü\n\t", "--", "-x", "'"];
      const code = "console.log(JSON.stringify([process.env.WORD, ...process.argv.slice(1)])); process.exitCode = 7;";
      const ran = await runIn(sandbox, { ...plan, env }, [process.execPath, "-e", code, "--", ...words]);
      expect(JSON.parse(ran.text)).toEqual([env.WORD, ...words]);
      expect(ran.code).toBe(7);
    });

    test("gives the environment, and nothing more than a proxy needs", async () => {
      const sandbox = make();
      const { plan } = await layGround();
      const { egress: _, ...cut } = plan.rules;
      const print = [process.execPath, "-p", "JSON.stringify(Object.keys(process.env))"];
      const plain = await runIn(sandbox, { ...plan, rules: { ...cut, network: false } }, print);
      expect(namesIn(plain)).toEqual(Object.keys(plan.env).toSorted());
      const proxied = await runIn(sandbox, plan, print);
      const more = sandbox.promises.egress ? [...PROXY_VARIABLES, "NODE_USE_ENV_PROXY"] : [];
      expect(namesIn(proxied)).toEqual([...Object.keys(plan.env), ...more].toSorted());
    });

    test("confines files where it promises to", async () => {
      const sandbox = make();
      const { plan, clone, hidden } = await layGround();
      const attempt = 'for file in "$@"; do cat "$file"; echo written >"$file.new"; done 2>&1; echo over';
      const files = [join(clone, "open"), join(hidden, "shut")];
      const { text } = await runIn(sandbox, plan, ["/bin/sh", "-c", attempt, "attempt", ...files]);
      expect(text).toContain("open");
      expect(await contentOf(join(clone, "open.new"))).toBe("written\n");
      expect(text.includes("secret")).toBe(!sandbox.promises.files);
      expect(await contentOf(join(hidden, "shut.new"))).toBe(sandbox.promises.files ? undefined : "written\n");
    });

    test("filters the network where it promises to", async () => {
      const sandbox = make();
      const [service, other] = [await serve(), await serve()];
      const { plan } = await layGround([service.address]);
      const code = `Promise.allSettled([${JSON.stringify(service.address)}, ${JSON.stringify(other.address)}].map((url) => fetch(url)))`;
      const print = `${code}.then((all) => console.log(all.map(({ status }) => status).join(" ")))`;
      const ran = await runIn(sandbox, plan, [process.execPath, "-e", print]);
      const { egress } = sandbox.promises;
      expect(ran.text.trim()).toBe(egress ? "fulfilled rejected" : "fulfilled fulfilled");
      expect([service.heard().length, other.heard().length]).toEqual([1, egress ? 0 : 1]);
    });

    test("keeps secrets outside where it promises to, and says so", async () => {
      const sandbox = make();
      const service = await serve();
      const { plan } = await layGround([service.address]);
      const env = { ...plan.env, MODEL_KEY: SECRET.placeholder };
      const given = { ...plan, env, secrets: [SECRET] };
      const code = `fetch(${JSON.stringify(service.address)}, { headers: { authorization: "Bearer " + process.env.MODEL_KEY } }).then(() => console.log(process.env.MODEL_KEY))`;
      const ran = await runIn(sandbox, given, [process.execPath, "-e", code]);
      expect(service.heard()).toEqual([`Bearer ${SECRET.value}`]);
      expect(ran.text.trim()).toBe(sandbox.promises.masking ? SECRET.placeholder : SECRET.value);
      expect(ran.enclosure.confinement.credentials).toBe(sandbox.promises.masking ? "masked" : "held");
      const { argv, env: shown } = ran.enclosure.command(["program"]);
      expect(argv.join(" ")).not.toContain(SECRET.value);
      expect(Object.values(shown).includes(SECRET.value)).toBe(!sandbox.promises.masking);
    });

    test("writes a login as it is where it does not mask, and where nobody is known who may get it", async () => {
      const sandbox = make();
      const { plan, clone } = await layGround();
      const path = join(clone, "login.json");
      const text = JSON.stringify({ token: SECRET.value, renews: "another" });
      const renews = {
        ...SECRET,
        name: "renews",
        placeholder: "placeholder-of-another",
        value: "another",
        stays: true,
      };
      const told = async (hosts: readonly string[]): Promise<readonly (string | undefined)[]> => {
        await writeFile(path, JSON.stringify({ token: SECRET.placeholder, renews: renews.placeholder }));
        const secrets = [{ ...SECRET, hosts }, renews];
        const { enclosure, text: seen } = await runIn(sandbox, { ...plan, secrets, logins: [{ path, text }] }, [
          "cat",
          path,
        ]);
        return [enclosure.confinement.credentials, seen];
      };
      const masked = JSON.stringify({ token: SECRET.placeholder, renews: renews.placeholder });
      expect(await told(["127.0.0.1"])).toEqual(sandbox.promises.masking ? ["masked", masked] : ["held", text]);
      expect(await told([])).toEqual(["held", text]);
    });
  });
}

/** The names of variables that a program printed, without those that shells on the way add. */
function namesIn({ text }: Ran): readonly string[] {
  const names = JSON.parse(text) as readonly string[];
  return names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name)).toSorted();
}

async function layGround(endpoints: readonly string[] = []): Promise<Ground> {
  const root = await tempFolder("sandbox");
  const [clone, hidden, tmp] = [join(root, "clone"), join(root, "hidden"), join(root, "tmp")];
  for (const folder of [clone, hidden, tmp]) await mkdir(folder);
  await writeFile(join(clone, "open"), "open\n");
  await writeFile(join(hidden, "shut"), "secret\n");
  const path = process.env["PATH"] ?? "";
  const tools = path.split(":").filter((folder) => isAbsolute(folder));
  const read = [...tools, dirname(process.execPath), root];
  const egress = { allow: [], endpoints };
  const rules = { mode: "auto", write: [clone], hide: [hidden], read, network: true, egress } as const;
  const plan = {
    cwd: clone,
    env: { PATH: path },
    secrets: [],
    logins: [],
    rules,
    hide: [],
    tmp,
    scratch: join(root, "s"),
  };
  return { clone, hidden, plan };
}

async function runIn(
  sandbox: Sandbox,
  plan: SandboxPlan,
  argv: readonly string[],
): Promise<Ran & { readonly enclosure: Enclosure }> {
  const enclosure = await sandbox.open(plan);
  try {
    const command = enclosure.command(argv);
    const ran = await start(command.argv, { cwd: plan.cwd, env: command.env });
    return { ...ran, enclosure };
  } finally {
    await enclosure.close();
  }
}

function start(
  argv: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> {
  const [program = "", ...args] = argv;
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "inherit", "pipe"] });
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", fail);
    child.on("close", (code) => done({ code, text }));
  });
}

async function serve(): Promise<{ readonly address: string; heard(): readonly string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization ?? "");
    response.end("ok");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return {
    address: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    heard: () => heard,
  };
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
