import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { orchError, type Enclosure, type Sandbox, type SandboxPlan } from "@orch/core";

import { reasonOf } from "../files/system-error.ts";
import { bwrapPrefix, bwrapStatus, createBwrapSandbox } from "./bwrap-sandbox.ts";
import { portOf, routesOf } from "./egress-rules.ts";
import { openEndpointRelay } from "./endpoint-relay.ts";
import { findTool } from "./find-tool.ts";
import { asOrdinaryUser, isRoot } from "./ordinary-user.ts";
import { proxyEnvironment } from "./proxy-environment.ts";
import { relayCommand, type Relay } from "./relay-program.ts";
import { heldOrNone, revealLogins, revealSecrets } from "./reveal-secrets.ts";
import { startSrtProxy, type SrtProxy } from "./srt-proxy.ts";

/** Where the sandbox's own sockets and certificates are inside: on a file system that is thrown away. */
const INSIDE = "/run/orch";
const FIRST_PROXY_PORT = 3128;
/** Tells the library's program to forbid unix sockets and no namespaces: what comes after it makes the last ones. */
const NAMESPACES_OPEN = "SRT_ALLOW_NESTED_USERNS";
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x64", arm64: "arm64" };

/**
 * sandbox-runtime around bubblewrap: the files as in `bwrap`, no network but the library's filtering proxy, no unix
 * sockets (its seccomp filter), and credentials that only the proxy knows. What has no egress rules needs none of that:
 * it runs in `bwrap`, and its confinement says so.
 */
export function createSrtSandbox(): Sandbox {
  const bwrap = createBwrapSandbox();
  return {
    name: "srt",
    promises: { files: true, egress: true, masking: true },
    async check() {
      const base = await bwrap.check();
      const missing = [
        ...(base.works ? [] : base.missing),
        ...(findTool("socat") === undefined && process.platform === "linux" ? ["socat"] : []),
      ];
      if (!base.works) return { ...base, missing };
      if (missing.length > 0) return { works: false, why: `${missing.join(", ")} is not installed`, missing };
      if (seccompProgram() !== undefined) return { works: true };
      return { works: false, why: `there is no seccomp filter for ${process.arch}`, missing };
    },
    open(plan) {
      const { rules } = plan;
      return rules.network && rules.egress !== undefined ? openFiltered(plan) : bwrap.open(plan);
    },
  };
}

/** The command that brings up the relays and, in the library's filter, becomes `argv`. */
function connected(relays: readonly Relay[], argv: readonly string[]): readonly string[] {
  return relayCommand(`${INSIDE}/socat`, relays, [`${INSIDE}/seccomp`, ...argv]);
}

/** What comes between the library's program and the session's own. */
interface Inner {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How many process namespaces it adds. */
  readonly depth: number;
}

async function openFiltered(plan: SandboxPlan): Promise<Enclosure> {
  const { egress = { allow: [], endpoints: [] } } = plan.rules;
  const socat = findTool("socat");
  const seccomp = seccompProgram();
  if (socat === undefined) throw orchError("sandbox_unavailable", "socat is not installed");
  if (seccomp === undefined) throw orchError("sandbox_unavailable", `there is no seccomp filter for ${process.arch}`);
  await using scope = new AsyncDisposableStack();
  const routes = await routesOf(egress);
  // What may go nowhere can be of no use outside: the program gets it.
  const sent = plan.secrets.filter(({ stays = false }) => !stays);
  const masked = sent.filter(({ hosts }) => hosts.length > 0);
  const held = sent.filter(({ hosts }) => hosts.length === 0);
  if (held.length > 0) await revealLogins(plan.logins);
  const local = new Set(routes.local.map(({ hostname }) => hostname));
  const proxy = await startProxy(
    routes,
    masked.filter(({ hosts }) => hosts.some((host) => !local.has(host))),
  );
  scope.defer(() => proxy.close());
  mkdirSync(plan.scratch, { recursive: true, mode: 0o700 });
  // Both may lie where nothing is to be seen inside.
  const binds = ["--ro-bind", seccomp, `${INSIDE}/seccomp`, "--ro-bind", socat, `${INSIDE}/socat`];
  const relays: Relay[] = [];
  for (const [index, endpoint] of routes.local.entries()) {
    const socket = join(plan.scratch, String(index));
    const secrets = masked.filter(({ hosts }) => hosts.includes(endpoint.hostname));
    scope.defer(await openEndpointRelay(endpoint, { socket, secrets }));
    relays.push({ port: portOf(endpoint), socket: `${INSIDE}/${index}` });
    binds.push("--bind", socket, `${INSIDE}/${index}`);
  }
  const port = freePort(relays);
  relays.push({ port, socket: `${INSIDE}/proxy` });
  binds.push("--bind", proxy.socket, `${INSIDE}/proxy`);
  const certificates = proxy.certificates === undefined ? undefined : `${INSIDE}/certificates.pem`;
  if (certificates !== undefined) binds.push("--ro-bind", proxy.certificates ?? "", certificates);
  const prefix = bwrapPrefix({ ...plan, rules: { ...plan.rules, network: false } });
  const inner = isRoot() ? rootsInner(prefix) : { argv: [], env: {}, depth: 0 };
  const env = {
    ...inner.env,
    ...revealSecrets(plan.env, held),
    ...proxyEnvironment({ port, login: proxy.login, certificates, loopbackToo: routes.proxiedLoopback }),
  };
  const owned = scope.move();
  return {
    confinement: {
      sandbox: "srt",
      network: "filtered",
      credentials: plan.secrets.length > 0 && held.length === 0 ? "masked" : heldOrNone(held),
    },
    depth: 2 + inner.depth,
    reports: true,
    command: (argv) => ({
      argv: [...prefix, ...binds, ...bwrapStatus, ...connected(relays, [...inner.argv, ...argv])],
      env,
    }),
    close: () => owned.disposeAsync(),
  };
}

/**
 * A second bubblewrap, in which root is an ordinary user. The first can't make it one: the library's program mounts a
 * `/proc` of its own, where root would write the kernel's rules, or, where that is refused, shows other numbers of
 * processes than they have. Between the two run the relays and that program only.
 */
function rootsInner([bwrap = ""]: readonly string[]): Inner {
  const all = ["--die-with-parent", "--unshare-user", "--unshare-pid", "--dev-bind", "/", "/", "--proc", "/proc"];
  return {
    argv: [bwrap, ...all, ...asOrdinaryUser(), "--unsetenv", NAMESPACES_OPEN, "--"],
    env: { [NAMESPACES_OPEN]: "1" },
    depth: 1,
  };
}

async function startProxy(...parts: Parameters<typeof startSrtProxy>): Promise<SrtProxy> {
  try {
    return await startSrtProxy(...parts);
  } catch (cause) {
    throw orchError("sandbox_unavailable", `the proxy of sandbox-runtime can't be started: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

function freePort(relays: readonly Relay[]): number {
  let port = FIRST_PROXY_PORT;
  while (relays.some((relay) => relay.port === port)) port += 1;
  return port;
}

/** The library's program that forbids unix sockets and new namespaces to what it starts. */
function seccompProgram(): string | undefined {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) return undefined;
  const library = import.meta.resolve("@anthropic-ai/sandbox-runtime");
  const path = fileURLToPath(new URL(`../vendor/seccomp/${architecture}/apply-seccomp`, library));
  return existsSync(path) ? path : undefined;
}
