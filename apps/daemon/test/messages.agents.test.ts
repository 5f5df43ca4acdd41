/** Messages to every real agent program that can be steered, counted where they have to arrive: at its model. */
import type { AgentSettings } from "@orch/core";
import { startModelServer, waitFor, type ModelPlace, type ModelServer, type Scenario } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { opencodeProgram, realSettings } from "./conformance/real-settings.ts";
import {
  countsOf,
  eventsOf,
  expectAllHeard,
  listen,
  sendAll,
  takenIn,
  TASK,
  type Listener,
  type Sent,
} from "./messages/listener.ts";
import { asSent, isEmpty, textOf } from "./messages/texts.ts";
import { toldAfter } from "./messages/told.ts";

/** `ORCH_MESSAGES=2000` for the whole figure. */
const MESSAGES = Number(process.env["ORCH_MESSAGES"] ?? 32);
/** To one session: with more of the long ones the conversation outgrows what the programs think their models can take. */
const TO_ONE = 64;
const PATIENCE_MS = 120_000;
const TIMEOUT = 120_000 + MESSAGES * 2_000;

/** Works until all have spoken; whoever is heard in a turn of its own gets an answer. */
const working = (gate: string): Scenario => ({
  tokens: 1000,
  turns: [
    ...Array.from({ length: 6 }, () => [{ do: "delay", ms: 100 } as const, { do: "shell", command: "true" } as const]),
    [
      { do: "gate", name: gate },
      { do: "shell", command: "true" },
    ],
  ],
  end: [{ do: "say", text: "I have heard it." }],
});

interface Round {
  readonly models: ModelServer;
  readonly scenario: string;
  readonly first: number;
  readonly count: number;
}

/** Half are sent while the program starts, the others in the middle of its turn. */
async function speak(listener: Listener, { models, scenario, first, count }: Round): Promise<Sent> {
  const half = Math.ceil(count / 2);
  const early = sendAll(listener, { first, count: half, senders: half });
  await models.waitForRequest(scenario, ({ turn }) => turn === 2);
  const late = sendAll(listener, { first: first + half, count: count - half, senders: count - half });
  const words = Array.from({ length: count }, (_, index) => textOf(first + index)).filter((text) => !isEmpty(text));
  await waitFor("all to be taken", async () => takenIn(await eventsOf(listener)).length >= words.length);
  models.release(scenario);
  return new Map([...(await early), ...(await late)]);
}

async function play(settings: (model: ModelPlace) => AgentSettings, round: Round): Promise<Sent> {
  const { models, scenario } = round;
  models.addScenario(scenario, working(scenario));
  const listener = await listen(settings({ url: models.urlOf(scenario), key: "sk-test" }));
  const sent = await speak(listener, round);
  await waitFor("its end", async () => (await eventsOf(listener)).at(-1)?.kind === "exit", PATIENCE_MS);
  const events = await expectAllHeard(listener, { sent, patienceMs: PATIENCE_MS });
  const told = models.requests(scenario).map(({ body }) => toldAfter(TASK, body));
  // Half a sign becomes the sign for what is not one.
  const wanted = takenIn(events).map((id) => sent.get(id)?.text.toWellFormed());
  const heard = told.findLast((words) => words !== undefined);
  expect(heard?.map((text) => asSent(text))).toEqual(wanted);
  return sent;
}

describe.each(Object.entries(realSettings))("%s", (name, settings) => {
  test.skipIf(name === "opencode" && opencodeProgram === undefined)(
    "tells its model every message once, as it was sent and in that order",
    { timeout: TIMEOUT, retry: 0 },
    async () => {
      const all = new Map<string, Sent extends ReadonlyMap<string, infer One> ? One : never>();
      for (let first = 0; first < MESSAGES; first += TO_ONE) {
        const count = Math.min(TO_ONE, MESSAGES - first);
        // It keeps what it is asked, which is the whole conversation each time: too much for one of all rounds.
        await using models = await startModelServer({ scenarios: {}, waitTimeoutMs: 120_000 });
        const sent = await play(settings, { models, scenario: `${name}-${first}`, first, count });
        for (const [id, one] of sent) all.set(id, one);
      }
      expect(all.size).toBe(MESSAGES);
      process.stdout.write(`messages to the model of ${name}: ${JSON.stringify(countsOf(all))}\n`);
    },
  );
});
