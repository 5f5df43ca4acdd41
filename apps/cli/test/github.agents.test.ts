/** The whole story of GitHub with the real codex on a scripted model. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startModelServer, tempFolder, type Action, type ModelServer, type Turn } from "@orch/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ASIDE, playStory, TRIES, type Try } from "./github-story.ts";
import { realAgent } from "./real-agents.ts";

const codex = realAgent("codex");

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: {}, waitTimeoutMs: 120_000 });
});
afterAll(() => models[Symbol.asyncDispose]());

/** Edits, its own commit, and what it says of them. */
function turnsOf({ edits, commit, says }: Try): readonly Turn[] {
  const changes = edits.map((step): Action =>
    "write" in step
      ? { do: "write", path: step.write, content: step.content }
      : { do: "edit", path: step.edit, find: step.find, replace: step.replace },
  );
  const committing: Turn = [{ do: "shell", command: `git commit --quiet --all --message '${commit}'` }];
  const report: Turn = [
    { do: "say", text: says },
    { do: "report", json: { status: "done", summary: says } },
  ];
  return [changes, ...(commit === undefined ? [] : [committing]), report];
}

test.skipIf(codex.program === undefined).each([true, false])("codex, webhooks: %s", async (webhooks) => {
  const place = `story-${randomUUID()}`;
  const [first, ...later] = TRIES.map((attempt) => ({ told: attempt.told, turns: turnsOf(attempt) }));
  models.addScenario(place, {
    // The last attempt first: it is told, too, what the ones before it were told.
    conversations: later
      .toReversed()
      .map(({ told, turns }) => ({ when: { promptIncludes: told }, advance: "requests", turns })),
    turns: [[{ do: "gate", name: place }, ...(first?.turns[0] ?? [])], ...(first?.turns.slice(1) ?? [])],
  });
  const home = await tempFolder("login");
  if (codex.login !== undefined) await writeFile(join(home, codex.login.file), codex.login.text);
  const settings = { driver: "codex", command: [codex.program], home, ...codex.config(models.urlOf(place)) };
  await playStory({ webhooks, agent: { name: "codex", settings, goOn: () => models.release(place) } });
  const asked = models.requests(place).filter(({ side }) => side === undefined);
  for (const text of [ASIDE, ...TRIES.map(({ told }) => told)]) {
    expect(asked.some(({ prompt }) => prompt.includes(text))).toBe(true);
  }
});
