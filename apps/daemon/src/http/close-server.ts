import type { Server } from "node:http";

import type { Clock } from "@orch/core";

/** How long running calls may take to answer when the daemon ends. */
const GRACE_MS = 2000;

/** Takes no new connections, lets running calls answer for two seconds, then ends what is left. */
export async function closeServer(server: Server, clock: Clock): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const grace = clock.after(GRACE_MS, () => server.closeAllConnections());
  await closed;
  grace.cancel();
}
