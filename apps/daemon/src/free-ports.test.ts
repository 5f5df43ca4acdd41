import { createServer, type AddressInfo } from "node:net";

import { expect, onTestFinished, test } from "vitest";

import { arePortsFree } from "./free-ports.ts";

/** A listener on a port that the system chose; gives the port. */
async function listening(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen({ host, port: 0 }, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.each(["127.0.0.1", "0.0.0.0"])("a port that somebody listens on at %s is not free", async (host) => {
  const port = await listening(host);
  expect(await arePortsFree({ first: port, count: 1 })).toBe(false);
  expect(await arePortsFree({ first: port - 1, count: 3 })).toBe(false);
});

test("ports that were looked at can be bound afterwards", async () => {
  const port = await listening("127.0.0.1").then(async (taken) => {
    let free = taken + 1;
    while (!(await arePortsFree({ first: free, count: 2 }))) free += 1;
    return free;
  });
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen({ host: "127.0.0.1", port }, resolve));
  onTestFinished(() => void server.close());
  expect((server.address() as AddressInfo).port).toBe(port);
});
