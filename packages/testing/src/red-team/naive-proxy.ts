import { createServer, connect, type Socket } from "node:net";

/** Names that this proxy resolves as the network's own servers would: to this machine. */
const LEAD_HERE = new Set(["localtest.me"]);

/** A proxy that lets everything through. */
export interface NaiveProxy extends AsyncDisposable {
  /** With a name and a password, as `HTTP_PROXY` has it. */
  readonly url: string;
}

/**
 * Starts what an agent must not be given: a proxy for CONNECT, plain requests and SOCKS 5 on one port, which asks nobody,
 * and cuts a name at a null byte. An attack on proxies that reaches nothing through this one shows nothing at all.
 */
export async function startNaiveProxy(): Promise<NaiveProxy> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => undefined);
    socket.once("data", (first) => (first[0] === 5 ? takeSocks(socket) : takeHttp(socket, first.toString("latin1"))));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://anybody:anything@127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => void server.close(done));
    },
  };
}

/** Greeting, name and password, request: whatever they say, it goes on. */
function takeSocks(socket: Socket): void {
  socket.write(Uint8Array.of(5, 2));
  socket.once("data", () => {
    socket.write(Uint8Array.of(1, 0));
    socket.once("data", (request) =>
      join(socket, { host: [...request.subarray(4, 8)].join("."), port: request.readUInt16BE(8) }),
    );
  });
}

function takeHttp(socket: Socket, head: string): void {
  const [, method = "", target = ""] = /^(\S+) (.*) HTTP\/1\.1/s.exec(head) ?? [];
  const url = URL.parse(method === "CONNECT" ? `http://${target.replace(/\0[^:]*/, "")}` : target);
  if (url === null) return void socket.destroy();
  join(socket, { host: url.hostname.replaceAll(/[[\]]/g, ""), port: Number(url.port) });
}

function join(socket: Socket, { host, port }: { readonly host: string; readonly port: number }): void {
  const onward = connect(port, LEAD_HERE.has(host) ? "127.0.0.1" : host);
  onward.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  onward.pipe(socket, { end: true });
}
