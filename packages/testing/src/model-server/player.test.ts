import { describe, expect, it } from "vitest";

import { describeRequest, type ModelRequest } from "./model-request.ts";
import { createPlayer, type Player } from "./player.ts";
import type { Scenario } from "./scenario.ts";
import type { HistoryEntry } from "./wire/wire.ts";

function ask(prompt: string, replies = 0): ModelRequest {
  const history: HistoryEntry[] = [{ role: "user", text: prompt, callIds: [] }];
  for (let reply = 0; reply < replies; reply += 1) {
    history.push(
      { role: "assistant", text: "…", callIds: [`call_r${reply}_x`] },
      { role: "tool", text: "ok", callIds: [] },
    );
  }
  return describeRequest({
    wire: "responses",
    model: "m",
    stream: true,
    wantsJson: false,
    tools: [],
    history,
    inputTokens: 1,
  });
}

function told(player: Player, request: ModelRequest): string {
  const { turn, actions } = player.next(request);
  const words = actions.map((action) => (action.do === "say" ? action.text : action.do));
  return `${turn}:${words.join("+")}`;
}

const ONE_TWO: Scenario = { turns: [[{ do: "say", text: "one" }], [{ do: "say", text: "two" }]] };

describe("advance by replies", () => {
  it("takes the place from the history and gives a dropped reply again", () => {
    const player = createPlayer(ONE_TWO);
    expect([0, 0, 1, 1, 0, 2].map((replies) => told(player, ask("go", replies)))).toEqual([
      "0:one",
      "0:one",
      "1:two",
      "1:two",
      "0:one",
      "2:The script is over.",
    ]);
  });

  it("meets a turn of faults only where it stands, until it is spent", () => {
    const player = createPlayer({
      turns: [
        [{ do: "error", kind: "rate_limit", times: 2 }],
        [{ do: "say", text: "one" }],
        [{ do: "hangup", when: "mid" }],
        [{ do: "say", text: "two" }],
      ],
    });
    expect([0, 0, 0, 0, 1, 1, 1].map((replies) => told(player, ask("go", replies)))).toEqual([
      "0:error",
      "0:error",
      "1:one",
      "1:one",
      "2:hangup",
      "3:two",
      "3:two",
    ]);
  });

  it("gives the turn's reply once its faults are spent", () => {
    const player = createPlayer({
      turns: [
        [
          { do: "say", text: "half" },
          { do: "hangup", when: "mid" },
          { do: "say", text: "whole" },
        ],
      ],
    });
    expect([0, 0].map((replies) => told(player, ask("go", replies)))).toEqual(["0:half+hangup", "0:half+whole"]);
  });

  it("spends a silence and the error after it together", () => {
    const player = createPlayer({
      turns: [[{ do: "silence" }, { do: "error", kind: "auth" }, { do: "say", text: "ok" }]],
    });
    expect([0, 0].map((replies) => told(player, ask("go", replies)))).toEqual(["0:silence+error", "0:ok"]);
  });

  it("keeps a fault for ever", () => {
    const player = createPlayer({ turns: [[{ do: "error", kind: "quota", times: "forever" }]] });
    expect([0, 0, 0].map((replies) => told(player, ask("go", replies)))).toEqual(["0:error", "0:error", "0:error"]);
  });

  it("counts the same action object at two places apart", () => {
    const fault = { do: "error", kind: "auth" } as const;
    const player = createPlayer({
      turns: [[fault], [{ do: "say", text: "one" }], [fault], [{ do: "say", text: "two" }]],
    });
    expect([0, 0, 1, 1].map((replies) => told(player, ask("go", replies)))).toEqual([
      "0:error",
      "1:one",
      "2:error",
      "3:two",
    ]);
  });

  it("goes on after the last turn as the script says", () => {
    const repeat = createPlayer({ ...ONE_TWO, end: "repeat" });
    const other = createPlayer({ ...ONE_TWO, end: [{ do: "say", text: "rest" }] });
    expect(told(repeat, ask("go", 7))).toBe("1:two");
    expect(told(other, ask("go", 7))).toBe("2:rest");
    expect(told(createPlayer({}), ask("go"))).toBe("0:The script is over.");
  });
});

describe("advance by requests", () => {
  it("moves on with every request, faults included", () => {
    const player = createPlayer({
      advance: "requests",
      turns: [
        [{ do: "say", text: "one" }],
        [{ do: "error", kind: "overloaded", times: 2 }],
        [
          { do: "error", kind: "auth" },
          { do: "say", text: "two" },
        ],
        [{ do: "silence" }, { do: "say", text: "three" }],
      ],
    });
    expect(Array.from({ length: 7 }, () => told(player, ask("go")))).toEqual([
      "0:one",
      "1:error",
      "1:error",
      "2:error",
      "2:two",
      "3:silence+three",
      "4:The script is over.",
    ]);
  });
});

describe("conversations", () => {
  const scenario: Scenario = {
    conversations: [
      { when: { promptMatches: "attempt [2-9]" }, turns: [[{ do: "say", text: "again" }]] },
      { when: { promptIncludes: "review", model: "m" }, turns: [[{ do: "say", text: "fine" }]] },
      { when: { promptIncludes: "review" }, turns: [[{ do: "say", text: "wrong model" }]] },
      {
        when: { promptMatches: /ATTEMPT 1/i },
        advance: "requests",
        turns: [[{ do: "error", kind: "server_error" }], [{ do: "say", text: "first" }]],
      },
    ],
    turns: [[{ do: "say", text: "else" }]],
  };

  it("are chosen by the prompt, each with its own place", () => {
    const player = createPlayer(scenario);
    const prompts = ["attempt 1", "please review", "attempt 2", "attempt 1", "hello"];
    expect(prompts.map((prompt) => told(player, ask(prompt)))).toEqual([
      "0:error",
      "0:fine",
      "0:again",
      "1:first",
      "0:else",
    ]);
    expect(player.next(ask("attempt 3")).conversation).toBe(0);
    expect(player.next(ask("hello")).conversation).toBeUndefined();
  });
});

describe("side requests", () => {
  it("get a title and do not move the script", () => {
    const player = createPlayer({ ...ONE_TWO, advance: "requests", title: "Fix the sum" });
    expect(told(player, ask("Generate a concise, single-line task title for this."))).toBe("-1:Fix the sum");
    expect(told(player, ask("go"))).toBe("0:one");
  });
});
