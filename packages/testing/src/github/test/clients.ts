import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import { Webhooks } from "@octokit/webhooks";
import { onTestFinished } from "vitest";

import { repositoryAt, type TestRepository } from "../../git-repository.ts";
import { tempFolder } from "../../temp-folder.ts";
import { type GitHubOptions, type GitHubStandIn, startGitHub } from "../index.ts";

/** A stand-in that ends with the test. */
export async function github(options?: GitHubOptions): Promise<GitHubStandIn> {
  const standIn = await startGitHub({ checkBodies: true, ...options });
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  return standIn;
}

/** A client that takes every answer as it comes. */
export function client(standIn: GitHubStandIn, login = "octo"): Octokit {
  return new Octokit({ baseUrl: standIn.url, auth: standIn.tokenOf(login), log: QUIET });
}

/** A client with the retry and throttling plugins; `waits` collects what throttling was told. */
export function steadyClient(standIn: GitHubStandIn): { client: Octokit; waits: string[] } {
  const waits: string[] = [];
  const Steady = Octokit.plugin(retry, throttling);
  const told = (kind: string) => (seconds: number) => {
    waits.push(`${kind} ${seconds}`);
    return true;
  };
  const throttle = {
    onRateLimit: told("primary"),
    onSecondaryRateLimit: told("secondary"),
    fallbackSecondaryRateRetryAfter: 1,
  };
  return {
    client: new Steady({
      baseUrl: standIn.url,
      auth: standIn.token,
      log: QUIET,
      throttle,
      retry: { retryAfterBaseValue: 1 },
    }),
    waits,
  };
}

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A listener for webhooks, checked by `@octokit/webhooks`. */
export interface Listener {
  readonly url: string;
  /** What was taken, as `event.action`. */
  readonly heard: string[];
  readonly ids: string[];
  /** How often a signature was wrong. */
  refused(): number;
}

/** Listens with this secret until the test ends. */
export async function listener(secret: string): Promise<Listener> {
  const webhooks = new Webhooks({ secret });
  const heard: string[] = [];
  const ids: string[] = [];
  let refused = 0;
  webhooks.onAny(({ id, name, payload }) => {
    ids.push(id);
    heard.push("action" in payload && typeof payload.action === "string" ? `${name}.${payload.action}` : name);
  });
  const server = createServer((incoming, response) => {
    const header = (name: string): string => String(incoming.headers[name] ?? "");
    textOf(incoming)
      .then(async (payload) => {
        const name = header("x-github-event");
        await webhooks.verifyAndReceive({
          id: header("x-github-delivery"),
          name,
          payload,
          signature: header("x-hub-signature-256"),
        });
        response.writeHead(202).end();
      })
      .catch(() => {
        refused += 1;
        response.writeHead(401).end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard, ids, refused: () => refused };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** A clone over HTTP with someone's token. */
export async function clone(standIn: GitHubStandIn, repository: string, login = "octo"): Promise<TestRepository> {
  const folder = repositoryAt(await tempFolder("orch-clone"));
  await folder.git("clone", "--quiet", standIn.cloneUrl(repository, login), ".");
  await folder.git("config", "user.name", login);
  await folder.git("config", "user.email", `${login}@example.com`);
  return folder;
}

/** The status of a refused request. */
export async function refusal(request: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await request;
  } catch (error) {
    const { status, message } = error as { status: number; message: string };
    return { status, message };
  }
  return { status: 200, message: "" };
}
