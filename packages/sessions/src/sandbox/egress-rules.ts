import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

import type { EgressRules } from "@orch/core";

/** Networks that no name may lead to, beside this machine's own addresses, which srt refuses by itself. */
export const PRIVATE_NETWORKS: readonly string[] = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "fc00::/7",
];

const HTTPS_PORT = 443;
const HTTP_PORT = 80;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Egress rules, sorted by the way that each destination is reached. */
export interface EgressRoutes {
  /** Entries of the proxy's allow-list, each with its port. */
  readonly allowed: readonly string[];
  /** Services of this machine that speak plain HTTP: a relay of their own leads to each. */
  readonly local: readonly URL[];
  /** True when a service is reached in the clear through the proxy. */
  readonly plaintext: boolean;
  /** True when a service of this machine is reached through the proxy, so that loopback must not go around it. */
  readonly proxiedLoopback: boolean;
}

/**
 * Sorts the rules. A host without a port means HTTPS. The name of a configured endpoint is resolved here, so that it
 * alone may lead to a private network; where that fails, the name by itself has to do.
 */
export async function routesOf({ allow, endpoints }: EgressRules): Promise<EgressRoutes> {
  const urls = endpoints.flatMap((text) => (URL.canParse(text) ? [new URL(text)] : []));
  const local = urls.filter((url) => isLocal(url) && url.protocol === "http:");
  const proxied = urls.filter((url) => !local.includes(url));
  const named = await Promise.all(proxied.map((url) => entriesOf(url)));
  return {
    allowed: [...new Set([...allow.map(withPort), ...named.flat()])],
    local: uniqueByPort(local),
    plaintext: proxied.some(({ protocol }) => protocol === "http:"),
    proxiedLoopback: proxied.some(isLocal),
  };
}

/** The port that an address leads to. */
export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "http:" ? HTTP_PORT : HTTPS_PORT;
}

function isLocal({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname);
}

function uniqueByPort(urls: readonly URL[]): readonly URL[] {
  return [...new Map(urls.map((url) => [portOf(url), url])).values()];
}

function withPort(entry: string): string {
  return /:\d+$/.test(entry) ? entry : `${entry}:${HTTPS_PORT}`;
}

async function entriesOf(url: URL): Promise<readonly string[]> {
  const entry = `${url.hostname}:${portOf(url)}`;
  if (isIP(url.hostname.replaceAll(/[[\]]/g, "")) !== 0) return [entry];
  const found = await lookup(url.hostname, { all: true }).catch(() => []);
  const literals = found.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
  return [entry, ...literals.map((address) => `${address}:${portOf(url)}`)];
}
