import { createServer } from "node:net";

import type { PortBlock } from "@orch/core";

/** Whether each of these ports can be bound on this machine now. Looks by binding them all, for a moment. */
export async function arePortsFree({ first, count }: PortBlock): Promise<boolean> {
  const ports = Array.from({ length: count }, (_, index) => first + index);
  return (await Promise.all(ports.map(isPortFree))).every((free) => free);
}

/** Without a host: the wildcard address, on which a listener of any address is in the way. */
function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once("error", () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
