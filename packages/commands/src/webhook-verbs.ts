import type { Verb } from "./spec.ts";

const served = { surfaces: ["cli", "api"], inProject: false, aliases: [] } as const;

/** The verbs about webhooks. */
export const webhookVerbs = [
  {
    ...served,
    inProject: true,
    name: "webhook add",
    summary: "Have GitHub tell this machine of changes in a project",
    help: "Makes the repository's hook, or changes the one with this address (of an App: where its own hook leads), with a secret that is made where there is none, and has the daemon take webhooks. The address is where GitHub reaches this machine: a tunnel or a proxy to the listener. A person's token needs the right to administer the repository.",
    examples: ["orch webhook add https://tunnel.example/webhook"],
    tier: "admin",
    positionals: {
      url: { kind: "text", summary: "Where GitHub reaches this machine", required: true, shows: "url", max: 2000 },
    },
    flags: {},
  },
  {
    ...served,
    surfaces: ["cli", "api", "chat"],
    name: "webhook status",
    aliases: ["webhook"],
    summary: "Show whether webhooks arrive, and the last of them",
    help: "Tells where the daemon listens, what came in the last 24 hours, which deliveries wait for another try, and of each project whether webhooks or polling tell of changes. With --forge it asks GitHub too: its hooks, and which of their deliveries never arrived.",
    examples: ["orch webhook status", "orch webhook status --forge", "orch webhook --limit 50 --json"],
    tier: "read",
    positionals: {},
    flags: {
      limit: { kind: "integer", summary: "So many deliveries (10)", shows: "number", min: 1, max: 1000 },
      forge: { kind: "boolean", summary: "Ask GitHub for its hooks and their deliveries" },
    },
  },
  {
    ...served,
    name: "webhook retry",
    summary: "Try a delivery again that failed, waits or never arrived",
    help: "A delivery that failed five times is left to a person. This has it tried at once, and five times more if need be. One that never arrived is taken from GitHub's list.",
    examples: ["orch webhook retry 7d4f9c80-0b1a-11ef-8a57-a0ce3f5c9a2b"],
    tier: "write",
    positionals: {
      delivery: {
        kind: "text",
        summary: "Its name, as orch webhook status shows it",
        required: true,
        shows: "delivery",
      },
    },
    flags: {},
  },
] as const satisfies readonly Verb[];
