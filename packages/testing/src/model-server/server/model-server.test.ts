import { describe, expect, it } from "vitest";

import type { Scenario } from "../scenario.ts";
import { asRecord, asRecords } from "../wire/json-values.ts";
import { readEvents } from "../wire/read-events.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";

const HELLO: Scenario = { turns: [[{ do: "say", text: "hello" }]] };

interface Ask {
  readonly prompt?: string;
  readonly path?: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

function ask(server: ModelServer, scenario: string, options: Ask = {}): Promise<Response> {
  const { prompt = "go", path = "/v1/chat/completions", body = {}, signal } = options;
  return fetch(server.urlOf(scenario) + path, {
    method: "POST",
    headers: { authorization: "Bearer sk-test", "content-type": "application/json" },
    body: JSON.stringify({
      model: "fake-model",
      messages: [{ role: "user", content: prompt }],
      input: prompt,
      ...body,
    }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function said(answer: Promise<Response>): Promise<unknown> {
  const [choice] = asRecords(asRecord(await (await answer).json())["choices"]);
  return asRecord(choice?.["message"])["content"];
}

describe("answers", () => {
  it("speak the wire format of the path, plain and streamed", async () => {
    await using server = await startModelServer({ scenarios: { a: HELLO } });
    expect(await (await ask(server, "a", { path: "/v1/responses" })).json()).toMatchObject({
      object: "response",
      status: "completed",
    });
    expect(await (await ask(server, "a", { path: "/v1/messages" })).json()).toMatchObject({
      type: "message",
      content: [{ text: "hello" }],
    });
    expect(await said(ask(server, "a"))).toBe("hello");
    const streamed = await ask(server, "a", { path: "/v1/messages?beta=true", body: { stream: true } });
    expect(streamed.headers.get("content-type")).toContain("text/event-stream");
    expect(readEvents(await streamed.text()).at(-1)?.event).toBe("message_stop");
  });

  it("carry 200 kB of unicode both ways", async () => {
    const text = "żółw 🎉 \u0000 \u2028 ".repeat(15_000);
    await using server = await startModelServer({ scenarios: { a: { turns: [[{ do: "say", text: "{{user}}" }]] } } });
    const answer = await ask(server, "a", { prompt: text, path: "/v1/responses", body: { stream: true } });
    const deltas = readEvents(await answer.text()).filter((event) => event.event === "response.output_text.delta");
    expect(deltas.map((event) => event.data["delta"]).join("") === text).toBe(true);
    expect(server.requests()[0]?.userText === text).toBe(true);
  });

  it("send the scenario's headers", async () => {
    await using server = await startModelServer({
      scenarios: { a: { ...HELLO, headers: { "x-codex-primary-used-percent": "12" } } },
    });
    expect((await ask(server, "a")).headers.get("x-codex-primary-used-percent")).toBe("12");
  });

  it("list models, count tokens and turn WebSockets away", async () => {
    await using server = await startModelServer({ scenarios: { a: { models: ["m1"] } } });
    const base = server.urlOf("a");
    expect(await (await fetch(`${base}/v1/models`)).json()).toMatchObject({ object: "list", data: [{ id: "m1" }] });
    expect(
      await (await fetch(`${base}/v1/models`, { headers: { "anthropic-version": "2023-06-01" } })).json(),
    ).toMatchObject({ data: [{ type: "model" }] });
    const body = "x".repeat(41);
    expect(await (await fetch(`${base}/v1/messages/count_tokens`, { method: "POST", body })).json()).toEqual({
      input_tokens: 11,
    });
    expect((await fetch(`${base}/v1/responses`)).status).toBe(426);
    expect((await fetch(`${base}/api/hello`, { method: "HEAD" })).status).toBe(200);
  });

  it("refuse unknown scenarios, paths and bodies", async () => {
    await using server = await startModelServer({ scenarios: { a: HELLO } });
    expect((await ask(server, "b")).status).toBe(404);
    expect((await ask(server, "a", { path: "/v1/embeddings" })).status).toBe(404);
    expect((await fetch(`${server.url}/npm/x`)).status).toBe(404);
    expect((await fetch(`${server.urlOf("a")}/v1/messages`, { method: "POST", body: "{" })).status).toBe(400);
  });
});

describe("faults", () => {
  it("refuse by status, then answer", async () => {
    await using server = await startModelServer({
      scenarios: {
        a: {
          turns: [
            [
              { do: "error", kind: "rate_limit", retryAfterSeconds: 3 },
              { do: "say", text: "ok" },
            ],
          ],
        },
      },
    });
    const refused = await ask(server, "a");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(await said(ask(server, "a"))).toBe("ok");
    expect(server.requests().map((request) => request.outcome)).toEqual(["refused", "replied"]);
  });

  it("refuse in mid-stream, tearing the last thing said", async () => {
    const turn = [
      { do: "say", text: "half a sentence" },
      { do: "error", kind: "overloaded" },
    ] as const;
    await using server = await startModelServer({ scenarios: { a: { turns: [turn] } } });
    const answer = await ask(server, "a", { path: "/v1/messages", body: { stream: true } });
    const names = readEvents(await answer.text()).map((event) => event.event);
    expect(answer.status).toBe(200);
    expect(names).toContain("content_block_delta");
    expect(names).not.toContain("content_block_stop");
    expect(names.at(-1)).toBe("error");
  });

  it("refuse in the stream at once when asked to", async () => {
    await using server = await startModelServer({
      scenarios: { a: { turns: [[{ do: "error", kind: "quota", via: "stream" }]] } },
    });
    const answer = await ask(server, "a", { path: "/v1/responses", body: { stream: true } });
    expect(readEvents(await answer.text()).map((event) => event.event)).toEqual([
      "response.created",
      "response.in_progress",
      "response.failed",
    ]);
  });

  it("hang up before and in the middle", async () => {
    await using server = await startModelServer({
      scenarios: {
        before: { turns: [[{ do: "hangup", when: "before" }]] },
        mid: {
          turns: [
            [
              { do: "say", text: "a long enough text to be torn" },
              { do: "hangup", when: "mid" },
            ],
          ],
        },
      },
    });
    await expect(ask(server, "before")).rejects.toThrow();
    for (const stream of [true, false]) {
      server.addScenario(`mid-${stream}`, {
        turns: [
          [
            { do: "say", text: "torn" },
            { do: "hangup", when: "mid" },
          ],
        ],
      });
      const answer = await ask(server, `mid-${stream}`, { body: { stream } });
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow();
    }
    expect(new Set(server.requests().map((request) => request.outcome))).toEqual(new Set(["hung-up"]));
  });

  it("keep silent until the client gives up, then answer the next request", async () => {
    await using server = await startModelServer({
      scenarios: { a: { turns: [[{ do: "silence" }, { do: "say", text: "late" }]] } },
    });
    const controller = new AbortController();
    const answer = ask(server, "a", { signal: controller.signal });
    await server.waitForRequest("a");
    controller.abort();
    await expect(answer).rejects.toThrow();
    expect(await said(ask(server, "a"))).toBe("late");
  });

  it("end a silence by release, and by the server's end", async () => {
    const server = await startModelServer({
      scenarios: {
        a: {
          turns: [
            [
              { do: "silence", name: "quiet" },
              { do: "say", text: "late" },
            ],
          ],
        },
        b: { turns: [[{ do: "silence" }]] },
      },
    });
    const released = said(ask(server, "a"));
    const forever = ask(server, "b");
    await server.waitForRequest("b");
    server.release("quiet");
    expect(await released).toBe("late");
    await Promise.all([expect(forever).rejects.toThrow(), server[Symbol.asyncDispose]()]);
  });
});

describe("gates", () => {
  it("hold a reply in its middle until released, and stay open", async () => {
    const turn = [
      { do: "say", text: "first" },
      { do: "gate", name: "g" },
      { do: "say", text: "second" },
    ] as const;
    await using server = await startModelServer({ scenarios: { a: { turns: [turn] } } });
    const answer = await ask(server, "a", { body: { stream: true } });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("first")) {
      text += (await reader?.read())?.value ?? "";
    }
    expect(text).not.toContain("second");
    server.release("g");
    while (!text.includes("[DONE]")) {
      text += (await reader?.read())?.value ?? "";
    }
    expect(text).toContain("second");
    expect(await said(ask(server, "a"))).toBe("first\nsecond");
  });

  it("show a held request to waitForRequest, past and future", async () => {
    await using server = await startModelServer({
      scenarios: {
        a: {
          turns: [
            [
              { do: "gate", name: "g" },
              { do: "say", text: "x" },
            ],
          ],
        },
      },
    });
    const future = server.waitForRequest("a", (request) => request.userText === "go");
    const answer = said(ask(server, "a"));
    expect(await future).toMatchObject({
      turn: 0,
      outcome: "pending",
      key: "sk-test",
      model: "fake-model",
      wire: "chat",
    });
    expect((await server.waitForRequest("a")).index).toBe(0);
    server.release("g");
    expect(await answer).toBe("x");
    expect(server.requests("a")[0]?.outcome).toBe("replied");
  });

  it("make waitForRequest give up in time", async () => {
    await using server = await startModelServer({ scenarios: { a: HELLO }, waitTimeoutMs: 10 });
    await expect(server.waitForRequest("a")).rejects.toThrow("No such request within 10 ms");
  });

  it("wait for a delay", async () => {
    await using server = await startModelServer({
      scenarios: {
        a: {
          turns: [
            [
              { do: "delay", ms: 20 },
              { do: "say", text: "x" },
            ],
          ],
        },
      },
    });
    expect(await said(ask(server, "a"))).toBe("x");
  });
});

describe("scenarios", () => {
  it("play side by side without touching each other", async () => {
    const names = Array.from({ length: 12 }, (_value, index) => `s ${index}`);
    const counting: Scenario = {
      advance: "requests",
      turns: [[{ do: "say", text: "1 {{user}}" }], [{ do: "say", text: "2 {{user}}" }]],
    };
    await using server = await startModelServer({
      scenarios: Object.fromEntries(names.map((name) => [name, counting])),
    });
    for (const round of ["1", "2"]) {
      const answers = await Promise.all(names.map((name) => said(ask(server, name, { prompt: name }))));
      expect(answers).toEqual(names.map((name) => `${round} ${name}`));
    }
    expect(server.requests("s 3").map((request) => request.turn)).toEqual([0, 1]);
  });

  it("may be added later, but not twice", async () => {
    await using server = await startModelServer({ scenarios: {} });
    server.addScenario("a", HELLO);
    expect(await said(ask(server, "a"))).toBe("hello");
    expect(() => server.addScenario("a", HELLO)).toThrow("already served");
  });

  it("answer side requests beside the script", async () => {
    await using server = await startModelServer({
      scenarios: { a: { ...HELLO, title: "A title", advance: "requests" } },
    });
    const title = {
      messages: [
        { role: "system", content: "You are a title generator." },
        { role: "user", content: "go" },
      ],
    };
    expect(await said(ask(server, "a", { body: title }))).toBe("A title");
    expect(await said(ask(server, "a"))).toBe("hello");
    expect(server.requests().map((request) => [request.side, request.turn])).toEqual([
      ["title", -1],
      [undefined, 0],
    ]);
  });
});
