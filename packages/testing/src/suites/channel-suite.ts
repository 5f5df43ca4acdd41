import { orchError, type Channel, type Conversation, type IncomingMessage } from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { waitFor } from "../wait-for.ts";

/** A channel, and the people's side of it. */
export interface ChannelBench {
  readonly channel: Channel;
  /** A person writes; the channel's service may deliver it at any time after. */
  say(message: IncomingMessage): Promise<void>;
  /** The messages of the channel that stand in a conversation, oldest first. */
  shown(conversation: Conversation): Promise<readonly string[]>;
}

type Make = () => Promise<ChannelBench>;

/** The contract of `Channel`. `make` is called once per case and cleans up by itself, but for the channel. */
export function describeChannel(name: string, { make }: { readonly make: Make }): void {
  describe(`Channel contract: ${name}`, () => {
    describePosts(make);
    describeMessages(make);
  });
}

function conversationOf({ channel }: ChannelBench, id = "1001"): Conversation {
  return { channel: channel.name, id };
}

function messageIn(conversation: Conversation, over: Partial<IncomingMessage> = {}): IncomingMessage {
  return { id: "1", conversation, author: "42", text: "status", at: 1_000, ...over };
}

function describePosts(make: Make): void {
  test("shows what was posted, in order, each conversation its own", async () => {
    const bench = await make();
    await using channel = bench.channel;
    const [one, other] = [conversationOf(bench), conversationOf(bench, "1002")];
    await channel.post({ conversation: one, key: "a", text: "first" });
    await channel.post({ conversation: other, key: "a", text: "elsewhere" });
    await channel.post({ conversation: one, key: "b", text: "second" });
    await waitFor("both messages", async () => (await bench.shown(one)).length === 2);
    expect(await bench.shown(one)).toEqual(["first", "second"]);
    expect(await bench.shown(other)).toEqual(["elsewhere"]);
  });

  test("the same key again changes the message where it stands", async () => {
    const bench = await make();
    await using channel = bench.channel;
    const conversation = conversationOf(bench);
    for (const [key, text] of [
      ["a", "running"],
      ["b", "another"],
      ["a", "done"],
    ] as const)
      await channel.post({ conversation, key, text });
    await waitFor("the change", async () => (await bench.shown(conversation))[0] === "done");
    expect(await bench.shown(conversation)).toEqual(["done", "another"]);
  });

  test("of many edits the last one is shown in the end", async () => {
    const text = fc.stringMatching(/^[a-z ]{0,20}[a-z]$/);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 10 }), async (texts) => {
        const bench = await make();
        await using channel = bench.channel;
        const conversation = conversationOf(bench);
        await Promise.all(texts.map((next) => channel.post({ conversation, key: "a", text: next })));
        await waitFor("the last edit", async () => (await bench.shown(conversation))[0] === texts.at(-1));
        expect(await bench.shown(conversation)).toHaveLength(1);
      }),
      { numRuns: 20 },
    );
  });
}

function describeMessages(make: Make): void {
  test("delivers what people write, with who and where", async () => {
    const bench = await make();
    await using channel = bench.channel;
    const heard: IncomingMessage[] = [];
    await channel.start(async (message) => void heard.push(message));
    const message = messageIn(conversationOf(bench));
    await bench.say(message);
    await waitFor("the message", async () => heard.length > 0);
    expect(heard[0]).toMatchObject(message);
  });

  test("a message whose listener fails is delivered again, and the ones after it too", async () => {
    const bench = await make();
    await using channel = bench.channel;
    const heard: string[] = [];
    let failures = 1;
    await channel.start(async ({ id }) => {
      failures -= 1;
      if (failures >= 0) throw orchError("store_failed", "not now");
      heard.push(id);
    });
    for (const id of ["1", "2"]) await bench.say(messageIn(conversationOf(bench), { id }));
    await waitFor("both messages", async () => new Set(heard).size === 2);
    expect(new Set(heard)).toEqual(new Set(["1", "2"]));
  });

  test("a listener that answers in the same conversation holds nothing up", async () => {
    const bench = await make();
    await using channel = bench.channel;
    await channel.start(async ({ conversation, id, text }) =>
      channel.post({ conversation, key: id, text: `you said ${text}` }),
    );
    const conversation = conversationOf(bench);
    await bench.say(messageIn(conversation));
    await waitFor("the answer", async () => (await bench.shown(conversation)).length === 1);
    expect(await bench.shown(conversation)).toEqual(["you said status"]);
  });

  test("after disposal nothing is delivered; to dispose of it twice is harmless", async () => {
    const bench = await make();
    const heard: string[] = [];
    await bench.channel.start(async ({ id }) => void heard.push(id));
    await bench.channel[Symbol.asyncDispose]();
    await bench.channel[Symbol.asyncDispose]();
    await bench.say(messageIn(conversationOf(bench)));
    expect(heard).toEqual([]);
  });
}
