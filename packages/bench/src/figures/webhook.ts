import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createPort, type AddressInfo, type Server } from "node:net";

import { repositoryAt } from "@orch/testing";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";

import { startDaemon, type BenchDaemon } from "../bench-daemon.ts";
import { millis, type Measurement } from "../figure.ts";
import { until } from "../programs.ts";
import { inTurns, median, timed } from "../timing.ts";

const PROJECT = "octo/sample";
const SECRET = "the secret of the bench";
const ANSWERS = 51;
const STARTS = 7;

/**
 * From a webhook to its answer, which comes once the engine has the hint on record, against a request that nobody looks
 * at; and to the running agent, against a wish at the command line.
 */
export const webhook: Measurement = {
  name: "webhook",
  async measure(folder) {
    const files = { "a.txt": "a\n", ".orch.yml": JSON.stringify({ gh: { repo: PROJECT } }) };
    await using github = await startGitHub({ user: "octo", repositories: [{ name: PROJECT, files }] });
    const port = await freePort();
    await using daemon = await startDaemon(folder, {
      env: { GH_TOKEN: github.token },
      config: {
        // Nothing but webhooks may tell of the issues.
        engine: { max_parallel: 2 * STARTS, sync_interval: "1h", fallback_sync_interval: "1h" },
        gh: { enabled: true, api_url: github.url },
        webhook: { enabled: true, port, secret: SECRET },
      },
      fill: async (path) => {
        const repository = repositoryAt(path);
        await repository.git("pull", "--quiet", github.cloneUrl(PROJECT, "octo"), "main");
        await repository.git("remote", "add", "origin", `https://github.com/${PROJECT}.git`);
      },
    });
    const address = `http://127.0.0.1:${port}/webhook`;
    await using bare = await deafServer();
    let sent = 0;
    const answers = await inTurns(ANSWERS, {
      ours: () => send(address, { name: `answer-${(sent += 1)}`, issue: 1_000_000 + sent }),
      bare: () => send(bare.address, { name: "bare", issue: 1 }),
    });
    const [fromWebhook, fromWish]: [number[], number[]] = [[], []];
    for (let round = 0; round < STARTS; round += 1) {
      const issue = await openIssue(github, round);
      fromWebhook.push(await startOf(daemon, () => send(address, { name: `start-${round}`, issue })));
      const wish = { title: `Wish ${round}`, folder: daemon.place.cwd };
      fromWish.push(await startOf(daemon, () => daemon.client.call("task add", wish)));
    }
    const [start, wished] = [median(fromWebhook), median(fromWish)];
    return [
      {
        name: "webhook to answer",
        ratio: answers.ours / answers.bare,
        yardstick: "a request that is not looked at",
        seen: `${millis(answers.ours)}; such a request ${millis(answers.bare)}`,
      },
      {
        name: "webhook to running agent",
        ratio: start / wished,
        yardstick: "from task add to the running agent",
        seen: `${millis(start)}; from task add ${millis(wished)}`,
      },
    ];
  },
};

/** Sends a signed event about an issue; resolves with its answer. */
async function send(
  address: string,
  { name, issue }: { readonly name: string; readonly issue: number },
): Promise<void> {
  const body = JSON.stringify({ action: "opened", issue: { number: issue }, repository: { full_name: PROJECT } });
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-event": "issues",
    "x-github-delivery": name,
    "x-hub-signature-256": `sha256=${signature}`,
  };
  const answer = await fetch(address, { method: "POST", body, headers });
  if (!answer.ok) throw new TypeError(`the webhook ${name} is answered with ${answer.status}`);
  await answer.arrayBuffer();
}

/** Milliseconds from a call until one agent more runs. */
async function startOf({ client, place }: BenchDaemon, call: () => Promise<unknown>): Promise<number> {
  const live = async (): Promise<number> => (await client.call("task live", { folder: place.cwd })).sessions.length;
  const before = await live();
  return timed(async () => {
    await call();
    await until("the agent", async () => (await live()) > before);
  });
}

async function openIssue(github: GitHubStandIn, round: number): Promise<number> {
  const answer = await fetch(`${github.url}/repos/${PROJECT}/issues`, {
    method: "POST",
    headers: { authorization: `token ${github.token}`, "content-type": "application/json" },
    body: JSON.stringify({ title: `Issue ${round}`, labels: ["orchestrate"] }),
  });
  return ((await answer.json()) as { readonly number: number }).number;
}

/** A server that reads nothing of what it is sent. */
async function deafServer(): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer((_, response) => void response.end());
  const port = await listen(server);
  return {
    address: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await closed(server);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createPort();
  const port = await listen(server);
  await closed(server);
  return port;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
