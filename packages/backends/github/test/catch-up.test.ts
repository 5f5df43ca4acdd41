import type { ForgeHint } from "@orch/core";
import { silentLogger, systemClock } from "@orch/core";
import { startGitHub, type GitHubStandIn } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import {
  createCatchUp,
  createGitHubForge,
  givenToken,
  type CatchUp,
  type CatchUpPlace,
  type GitHubForge,
} from "../src/index.ts";
import { openIngress, project, SECRET, type Ingress } from "./ingress.ts";
import { listen } from "./listen.ts";

const REPOSITORY = "acme/app";

interface Scene {
  readonly github: GitHubStandIn;
  readonly ingress: Ingress;
  readonly forge: GitHubForge;
  readonly catchUp: CatchUp;
  readonly place: CatchUpPlace;
  /** Somebody opens an issue. */
  open(title: string): Promise<void>;
}

/** A stand-in whose App or repository tells an ingress of events; `reach` is what lies between them. */
async function scene(
  kind: "app" | "repository",
  reach: (ingress: Ingress, request: Request) => Promise<Response>,
): Promise<Scene> {
  const clock = systemClock;
  const ingress = await openIngress({ clock });
  const url = `${await listen((request) => reach(ingress, request))}/webhook`;
  const app = { id: 7, slug: "orch", permissions: { issues: "write" }, account: "acme" } as const;
  const github = await startGitHub({
    user: "acme",
    people: { rita: "write" },
    repositories: [{ name: REPOSITORY }],
    ...(kind === "app" ? { app: { ...app, webhook: { url, secret: SECRET } } } : {}),
  });
  onTestFinished(() => github[Symbol.asyncDispose]());
  const access =
    kind === "app" ? { appId: app.id, privateKey: async () => github.app?.privateKey ?? "" } : givenToken(github.token);
  const forge = createGitHubForge({ repository: REPOSITORY, apiUrl: github.url, access, clock });
  if (kind === "repository") await forge.hooks.put({ url, secret: SECRET });
  await github.webhooks.settled();
  const kept = new Map<string, number>();
  const cursors = {
    read: async (name: string) => kept.get(name),
    write: async (name: string, at: number) => void kept.set(name, at),
  };
  const { webhooks, store } = ingress;
  const catchUp = createCatchUp({
    webhooks,
    deliveries: store.deliveries,
    cursors,
    mostTaken: 10,
    clock,
    logger: silentLogger,
  });
  const place = { project, repository: REPOSITORY, hooks: forge.hooks, listeningSince: 0 };
  async function open(title: string): Promise<void> {
    const headers = { authorization: `Bearer ${github.token}`, "content-type": "application/json" };
    const body = JSON.stringify({ title });
    const made = await fetch(`${github.url}/repos/${REPOSITORY}/issues`, { method: "POST", headers, body });
    expect(made.status).toBe(201);
    await github.webhooks.settled();
  }
  return { github, ingress, forge, catchUp, place, open };
}

const issue = (number: number): ForgeHint => ({ project, about: "issue", number });

test.each(["app", "repository"] as const)(
  "what never arrived is taken once from the list of the %s's hook, also when it arrives after all",
  async (kind) => {
    const { github, ingress, catchUp, place, open } = await scene(kind, ({ webhooks }, request) =>
      webhooks.fetch(request),
    );
    await open("arrives");
    github.webhooks.next("lose", { event: "issues", times: 2 });
    await open("is lost");
    await open("is lost as well");
    expect(ingress.hints).toEqual([issue(1)]);
    expect(await catchUp.look(place)).toMatchObject({ state: "undelivered", taken: 2, left: 0 });
    expect(ingress.hints).toEqual([issue(1), issue(2), issue(3)]);
    // What was fetched has not arrived.
    expect(await catchUp.look(place)).toMatchObject({ state: "undelivered", taken: 0 });
    for (const { id, event } of github.webhooks.deliveries().slice())
      if (event === "issues") await github.webhooks.redeliver(id);
    expect(ingress.hints).toHaveLength(3);
    expect(await catchUp.look(place)).toMatchObject({ state: "well", taken: 0 });
    await open("arrives again");
    expect(await catchUp.look(place)).toMatchObject({ state: "well", taken: 0 });
    expect(ingress.hints).toHaveLength(4);
  },
);

test("a daemon that was away takes what came meanwhile, and does not call that a broken way", async () => {
  let away = true;
  const { ingress, catchUp, place, open } = await scene("repository", ({ webhooks }, request) =>
    away ? Promise.resolve(new Response("", { status: 502 })) : webhooks.fetch(request),
  );
  for (let index = 0; index < 12; index += 1) await open(`issue ${index}`);
  away = false;
  const listening = { ...place, listeningSince: Date.now() + 2000 };
  // The ping of the new hook and two of the issues are more than one look takes.
  expect(await catchUp.look(listening)).toMatchObject({ state: "well", taken: 10, left: 3 });
  expect(ingress.hints.map((hint) => "number" in hint && hint.number)).toEqual(
    Array.from({ length: 10 }, (_, index) => index + 3),
  );
});

test("a secret that is not the hook's, a missing hook and a token without the right are told apart", async () => {
  const { github, forge, catchUp, place, open } = await scene("repository", ({ webhooks }, request) =>
    webhooks.fetch(request),
  );
  const [hook] = await forge.hooks.list();
  expect(await forge.hooks.put({ url: hook?.url ?? "", secret: "another" })).toEqual({
    hook: hook?.hook,
    created: false,
  });
  await open("is refused");
  expect(await catchUp.look(place)).toMatchObject({ state: "refused", taken: 2 });
  const rita = createGitHubForge({
    repository: REPOSITORY,
    apiUrl: github.url,
    access: givenToken(github.tokenOf("rita")),
    clock: systemClock,
  });
  expect(await catchUp.look({ ...place, hooks: rita.hooks })).toMatchObject({ state: "denied", hooks: [] });
  await fetch(`${github.url}/repos/${REPOSITORY}/hooks/${hook?.hook ?? ""}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${github.token}` },
  });
  expect(await catchUp.look(place)).toMatchObject({ state: "no_hook", hooks: [] });
});
