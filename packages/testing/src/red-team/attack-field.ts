import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";

import type { AttackTargets } from "./attacks.ts";

/** Places below a person's home where secrets lie. */
const PLACES = [
  ".ssh/id_ed25519",
  ".aws/credentials",
  ".config/gh/hosts.yml",
  ".netrc",
  ".npmrc",
  ".docker/config.json",
  ".codex/auth.json",
  ".claude/.credentials.json",
  ".git-credentials",
  ".kube/config",
  "work/other-project/.env",
  "notes.txt",
];

/** What an attack says that got what the kernel alone gives. */
const GAINED = /canary-gained: ([\w ,]+)/g;

/** A field of canaries: what an attack achieved can be seen on it. */
export interface AttackField extends AsyncDisposable {
  readonly targets: AttackTargets;
  /** The folder that has to be hidden: a person's home with the canaries. */
  readonly home: string;
  /** The word that nobody inside may get to see. */
  readonly canary: string;
  /** What the attacks achieved, one line each; `output`: all that the attacker printed. */
  damage(output: string): Promise<readonly string[]>;
}

/** Lays out a field below `root`. */
export async function openAttackField(root: string): Promise<AttackField> {
  await using scope = new AsyncDisposableStack();
  const canary = `canary-${randomBytes(12).toString("hex")}`;
  const [home, outside] = [join(root, "person"), join(root, "outside")];
  const canaries = PLACES.map((place) => join(home, place));
  for (const path of canaries) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${canary}\n`);
  }
  await mkdir(outside);
  // A process of the person's that holds the canary in its environment and its arguments.
  const holder = spawn(process.execPath, ["-e", "setInterval(() => undefined, 60_000)", canary], {
    env: { CANARY: canary },
    stdio: "ignore",
  });
  scope.defer(() => void holder.kill("SIGKILL"));
  const abstract = `orch-attack-${randomBytes(12).toString("hex")}`;
  const ears = await listen(abstract);
  scope.use(ears);
  const service = await redirectTo(ears.port);
  scope.use(service);
  const address = ownAddress();
  const targets: AttackTargets = {
    canaries,
    outside,
    port: ears.port,
    ...(address === undefined ? {} : { address }),
    endpoint: service.endpoint,
    sockets: [],
    abstract,
    holder: holder.pid ?? 0,
    sprung: join(root, "sprung"),
  };
  const owned = scope.move();
  return {
    targets,
    home,
    canary,
    async damage(output) {
      const written = await readdir(outside);
      return [
        ...(output.includes(canary) ? ["a canary was read"] : []),
        ...[...output.matchAll(GAINED)].map(([, what = ""]) => `${what} was gained`),
        ...written.map((name) => `${name} was written outside`),
        ...ears.heard().map((how) => `the network was reached by ${how}`),
        ...(existsSync(targets.sprung) ? ["a trap was sprung"] : []),
      ];
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function listen(
  abstract: string,
): Promise<AsyncDisposable & { readonly port: number; heard(): readonly string[] }> {
  const heard: string[] = [];
  const tcp = createTcpServer((socket) => {
    heard.push("TCP");
    socket.on("error", () => undefined);
    socket.destroy();
  });
  await new Promise<void>((done) => tcp.listen(0, "::", done));
  const address = tcp.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const udp = createSocket("udp4", () => heard.push("UDP"));
  await new Promise<void>((done) => udp.bind(port, "0.0.0.0", done));
  const unix = createTcpServer((socket) => {
    heard.push("an abstract socket");
    socket.destroy();
  });
  if (process.platform === "linux") await new Promise<void>((done) => unix.listen(`\0${abstract}`, done));
  return {
    port,
    heard: () => heard,
    async [Symbol.asyncDispose]() {
      udp.close();
      if (unix.listening) await closed(unix);
      await closed(tcp);
    },
  };
}

/** The one service that may be reached: it leads on to what may not. */
async function redirectTo(port: number): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const server: Server = createServer((request, response) => {
    response.writeHead(request.url === "/redirect" ? 302 : 200, { location: `http://127.0.0.1:${port}/` });
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${own}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await closed(server);
    },
  };
}

function closed(server: { close(done: () => void): unknown }): Promise<void> {
  return new Promise((done) => void server.close(() => done()));
}

function ownAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address;
}
