import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer } from "@hono/node-server";
import { asOrchError, orchError, type Clock } from "@orch/core";

import { closeServer } from "./close-server.ts";

const MOST_CONNECTIONS = 64;
/** Strangers reach this listener: nobody may keep a connection for long. */
const TIMES = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
};

/** A listener on an address and port. Disposing stops it and lets running calls answer. */
export interface TcpListener extends AsyncDisposable {
  readonly port: number;
}

/**
 * Serves on TCP, with short limits of time and a bounded number of connections. `fetch` must never throw.
 * @throws `config_invalid` when the address can't be listened on.
 */
export async function createTcpListener(
  fetch: (request: Request) => Promise<Response>,
  { host, port, clock }: { readonly host: string; readonly port: number; readonly clock: Clock },
): Promise<TcpListener> {
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false, serverOptions: TIMES }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(refused(error, `${host}:${port}`)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => closeServer(server, clock),
  };
}

function refused(error: Error, where: string): Error {
  return orchError("config_invalid", `webhooks can't be listened for on ${where}: ${error.message}`, {
    hint: "Set webhook.host and webhook.port to an address of this machine that is free.",
    cause: asOrchError(error),
  });
}
