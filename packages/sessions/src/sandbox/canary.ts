import { spawn } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import type { Enclosure, Random } from "@orch/core";

import { findTool } from "./find-tool.ts";
import { isRoot } from "./ordinary-user.ts";

const SHELL = "/bin/sh";
const PATIENCE_MS = 10_000;
const PROXY_PORT_DEFAULT = "3128";

/**
 * The canaries' whole program. It tries what must not work inside: to read a hidden file, before and after taking the
 * cover away, to write outside, to have a right of root's, to open the kernel's rules for writing (nothing is written),
 * and to reach a port of the machine, directly and through the proxy. What it achieves is looked for from outside. It
 * touches no mount unless it has mounts of its own.
 */
const PROGRAM = `
hidden=$1 outside=$2 port=$3 proxy=$4 socat=$5 root=$6 mounts=$7
{ read -r line <"$hidden" && echo "read $line"; } 2>/dev/null
( : >"$outside" ) 2>/dev/null
while read -r name value; do
  case $name in
    CapInh:|CapPrm:|CapEff:|CapAmb:) case $value in *[!0]*) echo "right $name $value" ;; esac ;;
    NoNewPrivs:) [ "$value" = 1 ] || echo "right $name $value" ;;
  esac
done </proc/self/status
( : >>/proc/sys/kernel/core_pattern ) 2>/dev/null && echo kernel
{ [ "$root" = 1 ] && read -r line </etc/shadow && echo shadow; } 2>/dev/null
if [ "$(readlink /proc/self/ns/mnt)" = "$mounts" ]; then
  echo mounts
else
  umount -l "\${hidden%/*}" 2>/dev/null
  { read -r line <"$hidden" && echo "read $line"; } 2>/dev/null
fi
while IFS=: read -r name rest; do
  case "$name" in *\\|*|*lo|lo) ;; *) echo "interface $name" ;; esac
done </proc/net/dev
if [ -n "$socat" ]; then
  "$socat" -u OPEN:/dev/null "TCP4:127.0.0.1:$port,connect-timeout=1"
  printf 'CONNECT 127.0.0.1:%s HTTP/1.1\\r\\nHost: 127.0.0.1:%s\\r\\nProxy-Authorization: %s\\r\\n\\r\\n' \\
    "$port" "$port" "$ORCH_CANARY" | "$socat" -t 2 - "TCP4:127.0.0.1:$proxy,connect-timeout=1"
fi >/dev/null 2>&1
echo flown
`;

/** What the program says of a sandbox that leaks, and what that means. */
const LEAKS: readonly (readonly [said: RegExp, why: string])[] = [
  [/^mounts$/m, "the sandbox has no mounts of its own"],
  [/^right /m, "the sandbox leaves a program rights of root"],
  [/^kernel$/m, "the sandbox lets the kernel's rules be written"],
  [/^shadow$/m, "the sandbox lets root's own files be read"],
];

/** Where canaries are put. */
export interface CanaryPlace {
  /** A hidden folder that nothing inside may read or write. */
  readonly hidden: string;
  /** The folder that the programs start in. */
  readonly cwd: string;
  readonly random: Random;
}

/** Why an enclosure can't be relied on. */
export interface CanaryFinding {
  readonly why: string;
  /** True: it runs programs and lets out what it must not. False: it could not be tried. */
  readonly leaks: boolean;
}

/** Lets canaries fly inside an enclosure. Undefined: all of them failed, as they must. */
export async function flyCanaries(enclosure: Enclosure, place: CanaryPlace): Promise<CanaryFinding | undefined> {
  const { sandbox, network } = enclosure.confinement;
  if (sandbox === "none") return undefined;
  const word = place.random.token(32);
  const [hidden, outside] = [join(place.hidden, `canary-${word}`), join(place.hidden, `canary-${word}.out`)];
  const listener = await listen();
  try {
    writeFileSync(hidden, `${word}\n`, { mode: 0o600, flag: "wx" });
    const closed = network === "open" ? "" : (findTool("socat") ?? "");
    const proxy = proxyOf(enclosure);
    const args = [hidden, outside, String(listener.port), proxy.port, closed, isRoot() ? "1" : "0", ownMounts()];
    const said = await runInside(enclosure, { args, cwd: place.cwd, login: proxy.login });
    if (!said.text.includes("flown")) {
      return { why: `the sandbox did not start: ${said.complaint.trim() || "no output"}`, leaks: false };
    }
    if (said.text.includes(word)) return leak("the sandbox lets a hidden file be read");
    if (existsSync(outside) || !readFileSync(hidden, "utf8").includes(word))
      return leak("the sandbox lets files be written outside");
    const leaking = LEAKS.find(([mark]) => mark.test(said.text));
    if (leaking !== undefined) return leak(leaking[1]);
    if (network === "open") return undefined;
    if (said.text.includes("interface ")) return leak("the sandbox has a network interface");
    return listener.hits() > 0 ? leak("the sandbox lets a port of this machine be reached") : undefined;
  } finally {
    listener.close();
    rmSync(hidden, { force: true });
    rmSync(outside, { force: true });
  }
}

/** Names this process's mounts, as `readlink` inside would those of its own. */
function ownMounts(): string {
  return process.platform === "linux" ? readlinkSync("/proc/self/ns/mnt") : "";
}

function leak(why: string): CanaryFinding {
  return { why, leaks: true };
}

function proxyOf(enclosure: Enclosure): { readonly port: string; readonly login: string } {
  const { HTTP_PROXY: text = "" } = enclosure.command([]).env;
  if (!URL.canParse(text)) return { port: PROXY_PORT_DEFAULT, login: "" };
  const { port, username, password } = new URL(text);
  return { port, login: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

function runInside(
  enclosure: Enclosure,
  run: { readonly args: readonly string[]; readonly cwd: string; readonly login: string },
): Promise<{ readonly text: string; readonly complaint: string }> {
  const { argv, env } = enclosure.command([SHELL, "-c", PROGRAM, "orch-canary", ...run.args]);
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const said = { text: "", complaint: "" };
    const child = spawn(program, args, {
      cwd: run.cwd,
      env: { ...env, ORCH_CANARY: run.login },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      timeout: PATIENCE_MS,
      killSignal: "SIGKILL",
    });
    child.stdout?.on("data", (chunk: Buffer) => (said.text = (said.text + chunk.toString()).slice(0, 8192)));
    child.stderr?.on("data", (chunk: Buffer) => (said.complaint = (said.complaint + chunk.toString()).slice(0, 2048)));
    child.stdio[3]?.on("error", () => undefined);
    child.on("error", (error) => resolve({ text: "", complaint: error.message }));
    child.on("close", () => resolve(said));
  });
}

async function listen(): Promise<{ readonly port: number; hits(): number; close(): void }> {
  let hits = 0;
  const server = createServer((socket) => {
    hits += 1;
    socket.destroy();
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", done);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, hits: () => hits, close: () => server.close() };
}
