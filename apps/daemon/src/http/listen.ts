import { chmod, mkdir, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { connect } from "node:net";
import { dirname } from "node:path";

import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { asOrchError, orchError, type Clock } from "@orch/core";

import { closeServer } from "./close-server.ts";
import type { Api } from "./create-api.ts";

/** The longest path of a unix socket that every system takes, in bytes. */
const LONGEST_PATH = 100;

/**
 * Serves the interface on a unix socket that only the owner can open: the folder is made 0700, the socket 0600. A socket
 * that a dead daemon left is replaced. Disposing ends streams, lets running calls answer, and removes the socket.
 * @throws `daemon_running` when a daemon answers there, `home_unusable` when the socket can't be made.
 */
export async function listenOnSocket(
  api: Api,
  { path, clock }: { readonly path: string; readonly clock: Clock },
): Promise<AsyncDisposable> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw orchError("home_unusable", `the path of the socket is too long: ${path}`, {
      hint: `Set ORCH_HOME to a folder with a shorter path; the socket may have ${LONGEST_PATH} bytes.`,
    });
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await chmod(dirname(path), 0o700);
  } catch (cause) {
    throw orchError("home_unusable", `the folder ${dirname(path)} can't be made`, { cause });
  }
  await clearStale(path);
  const server = createAdaptorServer({
    // Without TLS it speaks HTTP/1 alone.
    fetch: (request, bindings) => api.fetch(request, bindings as HttpBindings),
    overrideGlobalObjects: false,
  }) as Server;
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      api.closeStreams();
      await closeServer(server, clock);
      await rm(path, { force: true });
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, path)));
    server.listen(path, resolve);
  });
}

function listenError(error: Error, path: string): Error {
  if ("code" in error && error.code === "EADDRINUSE") return running(path);
  return orchError("home_unusable", `the socket ${path} can't be made`, { cause: asOrchError(error) });
}

/** Removes a socket that nobody answers on. */
async function clearStale(path: string): Promise<void> {
  const state = await new Promise<"alive" | "stale" | "absent">((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve("alive");
    });
    probe.once("error", (error) => resolve("code" in error && error.code === "ENOENT" ? "absent" : "stale"));
  });
  if (state === "alive") throw running(path);
  if (state === "stale") await rm(path, { force: true });
}

function running(path: string): Error {
  return orchError("daemon_running", `a daemon is already running on ${path}`, {
    hint: "Use it, or end it with: orch stop",
  });
}
