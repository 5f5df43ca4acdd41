import type { Scenario } from "@orch/testing";

/** The report that these scripts end with. */
export const report = { status: "done", summary: "Fixed 🎉", files: ["greeting.txt"] };

/** What the contract of drivers asks of an agent, as scripts of its model. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  works: {
    turns: [
      [
        { do: "think", text: "I look first." },
        { do: "read", path: "greeting.txt" },
      ],
      [{ do: "edit", path: "greeting.txt", find: "world", replace: "wörld 🎉" }],
      [{ do: "shell", command: "echo checked; exit 3" }],
      [{ do: "report", json: report }],
    ],
  },
  talks: {
    turns: [
      [
        { do: "say", text: "ż".repeat(1_600_000) },
        { do: "shell", command: "true" },
      ],
      [{ do: "report", json: report }],
    ],
  },
  misreports: { turns: [[{ do: "report", json: { ...report, status: "finished" } }]] },
  lasts: {
    turns: [
      [
        { do: "say", text: "This takes long." },
        // Long enough for a message that answers these words to come before the model is asked again.
        { do: "shell", command: "sleep 1" },
      ],
      [{ do: "silence", times: "forever" }],
    ],
  },
  once: { turns: [[{ do: "error", kind: "rate_limit", retryAfterSeconds: 1 }], [{ do: "report", json: report }]] },
  limited: { turns: [[{ do: "error", times: "forever", kind: "usage_limit", resetAt: 1_995_234_800 }]] },
};

/** An agent that works until the gate opens, and then says what it was told. */
export function listening(gate: string): Scenario {
  return {
    turns: [
      [
        { do: "say", text: "I begin." },
        { do: "shell", command: "true" },
      ],
      [
        { do: "gate", name: gate },
        // Long enough for a message that was written before the gate opened.
        { do: "shell", command: "sleep 0.5; echo after the gate" },
      ],
      [
        { do: "say", text: "You said: {{user}}" },
        { do: "report", json: report },
      ],
    ],
  };
}
