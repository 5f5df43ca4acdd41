import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { CommandResults } from "@orch/api";
import { waitFor } from "@orch/testing";
import { expect, test } from "vitest";

import { freePort } from "./free-port.ts";
import { openGitHubBench, PROJECT } from "./github-bench.ts";
import { fixtureAgent } from "./orch-bench.ts";

const LONG_MS = 120_000;
const SECRET = "a secret of this test alone";

/** What lies between GitHub and the listener. */
interface Tunnel extends AsyncDisposable {
  readonly url: string;
  broken: boolean;
}

test(
  "what a broken tunnel loses is taken from GitHub's list, and orch polls until deliveries arrive again",
  { timeout: LONG_MS },
  async () => {
    const port = await freePort();
    await using tunnel = await openTunnel(port);
    const engine = { sync_interval: "1s", webhook_health_check_interval: "1s" };
    const webhook = { enabled: true, port, secret: SECRET };
    const agents = { obedient: fixtureAgent("obeys") };
    await using scene = await openGitHubBench({ config: { agents, engine, webhook } });
    const { bench, github, ask } = scene;
    await bench.result("init");
    const hook = { url: `${tunnel.url}/webhook`, content_type: "json", secret: SECRET };
    await ask("POST /hooks", { name: "web", active: true, events: ["*"], config: hook });
    const issue = (title: string): Promise<{ readonly number: number }> => ask("POST /issues", { title });
    const status = (): Promise<CommandResults["webhook status"]> => bench.client.call("webhook status", { limit: 100 });
    const way = (mode: string): Promise<unknown> =>
      waitFor(mode, async () => (await status()).projects.some((project) => project.mode === mode), 30_000);
    const recorded = (name: string): Promise<unknown> =>
      waitFor(name, async () => {
        const { guid } = github.webhooks.deliveries().findLast(({ event }) => event === name) ?? {};
        return (await status()).deliveries.find(({ delivery, state }) => delivery === guid && state === "processed");
      });

    // Nobody listens yet.
    await issue("Came while orch was away");
    await github.webhooks.settled();
    const daemon = await scene.serve();
    const started = Date.now();
    await recorded("issues");
    expect((await status()).projects).toMatchObject([{ project: PROJECT, mode: "webhooks" }]);
    const doctor = (await bench.orch(["doctor"])).out;
    expect(doctor).toMatch(/webhooks +127\.0\.0\.1:\d+: \d+ in 24 hours, 0 waiting, 0 failed/);

    // GitHub's times are whole seconds: what it tells of the second in which orch began says nothing about the way.
    await waitFor("a second later", async () => Date.now() >= started + 1000);
    tunnel.broken = true;
    await issue("Gets lost on the way");
    await way("polling");
    await recorded("issues");
    expect((await bench.orch(["doctor"])).out).toContain(`${PROJECT}: what GitHub sends does not arrive`);
    const said = (await bench.orch(["webhook", "status", "--forge"])).out;
    expect(said).toContain(`${PROJECT}: polling, because what GitHub sends does not arrive`);
    expect(said).toContain("502");

    tunnel.broken = false;
    await ask("POST /issues/1/comments", { body: "Is anybody there?" });
    await way("webhooks");
    expect((await bench.orch(["metrics"])).out).toContain("Webhooks in 24 hours");
    expect((await bench.orch(["webhook", "retry", "nothing"])).err).toContain("no failed or waiting delivery");
    const answers = await fetch(`http://127.0.0.1:${port}/health`);
    expect(await answers.json()).toEqual({
      status: "healthy",
      webhook_recently_received: true,
      signature_verification: "enabled",
    });
    await bench.orch(["stop"]);
    expect((await daemon.end).err).toContain("entering polling fallback mode: what GitHub sends does not arrive");
  },
);

/** Opens a way to a port of this machine. */
async function openTunnel(port: number): Promise<Tunnel> {
  const tunnel = { broken: false };
  const server: Server = createServer((incoming, outgoing) => {
    if (tunnel.broken) return void outgoing.writeHead(502).end();
    const passed = request(
      { host: "127.0.0.1", port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 502)),
    );
    passed.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(tunnel, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
