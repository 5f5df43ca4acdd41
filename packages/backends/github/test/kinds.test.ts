import { systemClock } from "@orch/core";
import { recordedWebhooks, startGitHub } from "@orch/testing/github";
import { expect, onTestFinished, test } from "vitest";

import { createGitHubForge, givenToken } from "../src/index.ts";
import { openIngress, project, SECRET, send } from "./ingress.ts";
import { listen } from "./listen.ts";

const REPOSITORY = "acme/app";

test("of every kind of event that a hook of orch's asks for, one that GitHub sends says where to look", async () => {
  const clock = systemClock;
  const ingress = await openIngress({ clock, projectOf: () => project });
  const url = `${await listen((request) => ingress.webhooks.fetch(request))}/webhook`;
  // Events of the stand-in are held to GitHub's own description.
  const github = await startGitHub({ user: "acme", repositories: [{ name: REPOSITORY }], checkBodies: true });
  onTestFinished(() => github[Symbol.asyncDispose]());
  const access = givenToken(github.token);
  const forge = createGitHubForge({ repository: REPOSITORY, apiUrl: github.url, access, clock });
  const { hook } = await forge.hooks.put({ url, secret: SECRET });
  const ask = async <Answer>(call: string, body?: object): Promise<Answer> => {
    const [method = "", path = ""] = call.split(" ");
    const headers = { authorization: `Bearer ${github.token}`, "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${github.url}/repos/${REPOSITORY}${path}`, { method, headers, ...sent });
    return (await answer.json()) as Answer;
  };
  const { events } = await ask<{ readonly events: readonly string[] }>(`GET /hooks/${hook}`);

  // GitHub's collection of recorded events has none of these two.
  const [parent, child] = [
    await ask<Issue>("POST /issues", { title: "parent" }),
    await ask<Issue>("POST /issues", { title: "child" }),
  ];
  await ask(`POST /issues/${parent.number}/sub_issues`, { sub_issue_id: child.id });
  await ask(`POST /issues/${child.number}/dependencies/blocked_by`, { issue_id: parent.id });
  await github.webhooks.settled();
  const numbers = ingress.hints.slice(2).map((hint) => "number" in hint && hint.number);
  expect(new Set(numbers)).toEqual(new Set([parent.number, child.number]));

  for (const [index, { event, payload }] of recordedWebhooks().entries()) {
    await send(ingress, { event, payload, delivery: `recorded-${index}` });
  }
  const kept = await ingress.store.deliveries.list({ limit: 1000 });
  const useful = kept.filter(({ hints }) => hints.length > 0).map(({ event }) => event);
  // What a repository is called is told by the name in any event.
  expect([...new Set([...useful, "repository"])].toSorted()).toEqual(events.toSorted());
}, 60_000);

interface Issue {
  readonly id: number;
  readonly number: number;
}
