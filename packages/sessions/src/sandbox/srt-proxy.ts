import { orchError, type SandboxSecret } from "@orch/core";

import { PRIVATE_NETWORKS, type EgressRoutes } from "./egress-rules.ts";

/** A filtering proxy of this process. */
export interface SrtProxy {
  /** The unix socket that leads to it. */
  readonly socket: string;
  /** `name:password` for its users. */
  readonly login: string;
  /** The certificates that its users have to trust, where it opens TLS; absent where it doesn't. */
  readonly certificates?: string;
  close(): Promise<void>;
}

const USER = "srt";
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Starts the proxy of sandbox-runtime in this process: one at a time. It lets through what `routes` allow, resolves
 * names itself, refuses those that lead to this machine or a private network, and puts the values of `secrets` onto
 * the wire. TLS is opened only where a secret may go.
 */
export async function startSrtProxy(routes: EgressRoutes, secrets: readonly SandboxSecret[]): Promise<SrtProxy> {
  // Loaded only here: most sessions of most machines don't need its 35 MB.
  const { SandboxManager: manager } = await import("@anthropic-ai/sandbox-runtime");
  const before = SIGNALS.map((name) => process.listeners(name));
  const hosts = secrets.flatMap((secret) => secret.hosts);
  const sealed = routes.allowed.map(hostOf).filter((host) => !hosts.some((other) => overlap(host, other)));
  await manager.initialize({
    network: {
      allowedDomains: [...routes.allowed],
      deniedDomains: [],
      strictAllowlist: true,
      deniedResolvedAddresses: [...PRIVATE_NETWORKS],
      requireHostMatch: true,
      ...(secrets.length === 0 ? {} : { tlsTerminate: { excludeDomains: [...new Set(sealed)] } }),
    },
    filesystem: { denyRead: [], allowWrite: [], denyWrite: [] },
    credentials: { envVars: [], allowPlaintextInject: routes.plaintext },
    // Searches for files are no part of what is used here; any program passes the check that one is there.
    ripgrep: { command: process.execPath },
  });
  // It would take the proxy away when the supervisor is asked to end, while the agent still tidies up.
  for (const [index, name] of SIGNALS.entries()) {
    for (const listener of process.listeners(name)) if (!before[index]?.includes(listener)) process.off(name, listener);
  }
  const registry = manager.getSentinelRegistry();
  for (const { name, placeholder, value, hosts: where } of secrets) {
    registry.registerWithSentinel(name, placeholder, value, where);
  }
  const socket = manager.getLinuxHttpSocketPath();
  const token = manager.getProxyAuthToken();
  if (socket === undefined || token === undefined) {
    throw orchError("sandbox_unavailable", "the proxy of sandbox-runtime has no socket");
  }
  const certificates = manager.getMitmCA()?.trustBundlePath;
  return {
    socket,
    login: `${USER}:${token}`,
    ...(certificates === undefined ? {} : { certificates }),
    close: () => manager.reset(),
  };
}

function overlap(left: string, right: string): boolean {
  const covers = (pattern: string, host: string): boolean =>
    pattern.startsWith("*.") && host.endsWith(pattern.slice(1));
  return left === right || covers(left, right) || covers(right, left);
}

function hostOf(entry: string): string {
  return entry.replace(/:\d+$/, "");
}
