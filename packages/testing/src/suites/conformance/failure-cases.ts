import type { ErrorAction, Scenario, Turn } from "../../model-server/index.ts";
import { outcomeOf, reporting, WELL, type ConformanceCase, type Facts } from "./case.ts";
import type { Ended, Stage } from "./stage.ts";

/** When the scripted usage limit ends, in seconds since the epoch. */
const RESET_AT = 1_995_234_840;
/** Some agents tell the time of day only, in minutes. */
const MINUTE = 60_000;
/** More tries than this are no patience, they are a loop. */
const MOST_TRIES = 12;
const SILENCE_MS = 8000;
/** Longer than any agent waits of itself before it first tries again. */
const PAUSE_SECONDS = 3;

/** The classes of failure, each as the model service tells it. */
export const failureCases: readonly ConformanceCase[] = [
  {
    name: "tells a failure of class rate_limit, and when the service wants to be asked again",
    scenario: () => refusing({ kind: "rate_limit", retryAfterSeconds: PAUSE_SECONDS }),
    expected: { ...failing("rate_limit"), pause: true },
    async play(stage) {
      const ended = await stage.run();
      const at = ended.conclusion.failure?.retryAt ?? 0;
      return { ...failureOf(ended, stage), pause: at >= ended.exit.endedAt };
    },
  },
  refused("overloaded", { kind: "overloaded" }),
  refused("quota", { kind: "quota" }),
  refused("auth", { kind: "auth" }),
  refused("model", { kind: "model_missing" }),
  refused("context", { kind: "context_overflow" }),
  refused("server", { kind: "server_error" }),
  refused("failed", { kind: "bad_request" }),
  {
    name: "tells when a usage limit ends",
    scenario: () => refusing({ kind: "usage_limit", resetAt: RESET_AT }),
    expected: { ...failing("usage_limit"), knows: "when" },
    async play(stage) {
      const ended = await stage.run();
      return { ...failureOf(ended, stage), knows: knownOf(ended) };
    },
  },
  {
    name: "gets over a rate limit, and tells so",
    scenario: () => ({ turns: [[{ do: "error", kind: "rate_limit", retryAfterSeconds: 1 }], reporting()] }),
    expected: { ...WELL, retry: "rate_limit" },
    async play({ run }) {
      const ended = await run();
      const retry = ended.events.find((event) => event.type === "retry");
      return { ...outcomeOf(ended), retry: retry?.failure.class ?? "untold" };
    },
  },
  {
    name: "tells that the service hangs up before it answers",
    scenario: () => ({ turns: [[{ do: "hangup", when: "before", times: "forever" }]] }),
    expected: failing("network"),
    play: async (stage) => failureOf(await stage.run(), stage),
  },
  {
    name: "tells that the service hangs up in the middle of an answer",
    scenario: () => ({ turns: [broken("forever")] }),
    expected: failing("network"),
    play: async (stage) => failureOf(await stage.run(), stage),
  },
  {
    name: "gets over an answer that broke off once",
    scenario: () => ({ turns: [[...broken(1), ...reporting()]] }),
    expected: WELL,
    play: async ({ run }) => outcomeOf(await run()),
  },
  {
    name: "is ended when the service says nothing",
    scenario: () => ({ turns: [[{ do: "silence", times: "forever" }]] }),
    expected: { failure: "failed", report: "none", cause: "silence" },
    async play({ run }) {
      const { failure, report, cause } = outcomeOf(await run({ limits: { silenceMs: SILENCE_MS } }));
      return { failure, report, cause };
    },
  },
  {
    name: "makes no success of a refusal",
    scenario: () => stopping("refusal"),
    expected: { failed: true, report: "none" },
    play: async ({ run }) => stoppedOf(await run()),
  },
  {
    name: "makes no success of an answer that was cut off",
    scenario: () => stopping("length"),
    expected: { failed: true, report: "none" },
    play: async ({ run }) => stoppedOf(await run()),
  },
];

function refused(failure: string, action: Omit<ErrorAction, "do" | "times">): ConformanceCase {
  return {
    name: `tells a failure of class ${failure}`,
    scenario: () => refusing(action),
    expected: failing(failure),
    play: async (stage) => failureOf(await stage.run(), stage),
  };
}

function refusing(action: Omit<ErrorAction, "do" | "times">): Scenario {
  return { turns: [[{ do: "error", times: "forever", ...action }]] };
}

function broken(times: number | "forever"): Turn {
  return [
    { do: "say", text: "partial text" },
    { do: "hangup", when: "mid", times },
  ];
}

function stopping(why: "refusal" | "length"): Scenario {
  return {
    turns: [
      [
        { do: "say", text: "I begin, and" },
        { do: "stop", why },
      ],
    ],
    end: "repeat",
  };
}

function failing(failure: string): Facts {
  return { failure, report: "none", turn: "failed", words: true, patient: true };
}

function failureOf(ended: Ended, stage: Stage): Facts {
  const { failure, report, turn } = outcomeOf(ended);
  return {
    failure,
    report,
    turn,
    words: (ended.conclusion.failure?.message ?? "") !== "",
    patient: stage.requests().length <= MOST_TRIES,
  };
}

function knownOf({ conclusion }: Ended): string {
  const at = conclusion.failure?.retryAt;
  if (at === undefined) return "nothing";
  return Math.abs(at - RESET_AT * 1000) <= MINUTE ? "when" : "another time";
}

function stoppedOf(ended: Ended): Facts {
  const { failure, report } = outcomeOf(ended);
  return { failed: failure !== "none", report };
}
