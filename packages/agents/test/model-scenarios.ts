import type { Scenario } from "@orch/testing";

/** The report that these scripts end with. */
export const report = { status: "done", summary: "Fixed 🎉", files: ["greeting.txt"] };

/** The refusals of a model service, by the class of failure that they have to become. */
export const failures = {
  auth: { kind: "auth" },
  rate_limit: { kind: "rate_limit", retryAfterSeconds: 1 },
  usage_limit: { kind: "usage_limit", resetAt: 1_995_234_800 },
  quota: { kind: "quota" },
  overloaded: { kind: "overloaded" },
  server: { kind: "server_error" },
  context: { kind: "context_overflow" },
  model: { kind: "model_missing" },
  failed: { kind: "bad_request" },
} as const;

/** What the contract of drivers asks of an agent, as scripts of its model; a refusal is named after its class. */
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
        { do: "shell", command: "true" },
      ],
      [{ do: "silence", times: "forever" }],
    ],
  },
  network: { turns: [[{ do: "hangup", when: "before", times: "forever" }]] },
  cut: {
    turns: [
      [
        { do: "say", text: "partial text" },
        { do: "hangup", when: "mid", times: "forever" },
      ],
    ],
  },
  once: { turns: [[{ do: "error", kind: "rate_limit", retryAfterSeconds: 1 }], [{ do: "report", json: report }]] },
  ...Object.fromEntries(
    Object.entries(failures).map(([name, error]) => [name, { turns: [[{ do: "error", times: "forever", ...error }]] }]),
  ),
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
        { do: "shell", command: "echo after the gate" },
      ],
      [
        { do: "say", text: "You said: {{user}}" },
        { do: "report", json: report },
      ],
    ],
  };
}
