import type { IncomingMessage, RequestOptions } from "node:http";
import type { Duplex } from "node:stream";

import type { SandboxSecret } from "@orch/core";

import { revealIn } from "./reveal-secrets.ts";

// An import would evaluate every export of node:http, one of which loads a second HTTP client: 30 ms of each start.
const { createServer, request: send } = process.getBuiltinModule("node:http");

/** What an endpoint's relay works with. */
export interface EndpointRelayOptions {
  /** The unix socket that it listens on. */
  readonly socket: string;
  /** Those whose values may go to this endpoint. */
  readonly secrets: readonly SandboxSecret[];
}

/**
 * Serves one address of this machine, such as `http://127.0.0.1:8080`, to a session that has no network: every request
 * that comes in on the socket goes there, with the values of `secrets` in place of their placeholders in its headers.
 */
export async function openEndpointRelay(endpoint: URL, options: EndpointRelayOptions): Promise<() => Promise<void>> {
  const { socket, secrets } = options;
  const server = createServer((request, response) => {
    const onward = send(onwardOptions(endpoint, { request, secrets }), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  server.on("upgrade", (request, client: Duplex, head: Buffer) => {
    const onward = send(onwardOptions(endpoint, { request, secrets }));
    const end = (): void => {
      client.destroy();
      onward.destroy();
    };
    client.on("error", end);
    onward.on("error", end);
    onward.on("response", end);
    onward.on("upgrade", (answer, service: Duplex, first: Buffer) => {
      service.on("error", end);
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${headerLines(answer.rawHeaders)}\r\n`);
      client.write(first);
      service.write(head);
      client.pipe(service).pipe(client);
    });
    onward.end();
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(socket, done);
  });
  return () =>
    new Promise((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
}

function onwardOptions(
  endpoint: URL,
  { request, secrets }: { readonly request: IncomingMessage; readonly secrets: readonly SandboxSecret[] },
): RequestOptions {
  // A list of names and values, as it came: doubles and spelling are kept.
  const headers = request.rawHeaders.map((text, index) => (index % 2 === 1 ? revealIn(text, secrets) : text));
  return {
    host: endpoint.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: endpoint.port === "" ? 80 : Number(endpoint.port),
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers,
  };
}

function headerLines(raw: readonly string[]): string {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1] ?? ""}\r\n`] : [])).join("");
}
