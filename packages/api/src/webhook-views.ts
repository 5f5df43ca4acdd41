import { z } from "zod";

const states = ["received", "processed", "ignored", "failed"] as const;

/** A recorded delivery. */
export const deliveryView = z.object({
  delivery: z.string().describe("the sender's name of it, the same when it is sent again"),
  event: z.string(),
  action: z.string().optional(),
  repository: z.string().optional(),
  state: z.enum(states).describe("received: it waits for a try; failed: a person has to look"),
  tries: z.int(),
  receivedAt: z.int().describe("milliseconds since 1970"),
  looks: z.array(z.string()).describe("where orch looked because of it: issue 4, pull 5, commit abc"),
  error: z.string().optional().describe("why the last try failed, or why it was ignored"),
  dueAt: z.int().optional().describe("of a received one: when it is tried next; milliseconds since 1970"),
});

/** Figures of a day. */
export const deliveryFigures = z.object({
  total: z.int(),
  byState: z.record(z.enum(states), z.int()),
  byEvent: z.record(z.string(), z.int()),
  retried: z.int().describe("those that needed more than one try"),
  lastReceivedAt: z.int().optional().describe("of the newest at all; milliseconds since 1970"),
});

const why = z
  .enum(["disabled", "unreachable", "no_hook", "undelivered", "refused"])
  .optional()
  .describe(
    "why polling takes over: no listener, it does not answer, no hook leads here, deliveries don't arrive, or the secret is another",
  );

const mode = z.enum(["webhooks", "polling"]).describe("what tells of changes");

const forgeView = z.object({
  project: z.string(),
  hook: z.string().nullable().describe("app, or the number of the repository's hook; null: there is none"),
  url: z.string().optional(),
  active: z.boolean().optional(),
  problem: z.string().optional().describe("why the forge did not say"),
  deliveries: z.array(
    z.object({
      id: z.int(),
      delivery: z.string(),
      event: z.string(),
      action: z.string().optional(),
      at: z.int().describe("milliseconds since 1970"),
      status: z.int().describe("what the listener answered; 0: nothing"),
      redelivery: z.boolean(),
      state: z.enum(states).nullable().describe("in orch's own record; null: it never arrived"),
    }),
  ),
});

/** `orch webhook status`. */
export const webhookStatus = z.object({
  mode,
  why,
  listener: z
    .object({
      address: z.string(),
      signed: z.boolean().describe("false: anybody on this machine is believed"),
      lastReceivedAt: z.int().optional().describe("milliseconds since 1970"),
      answers: z.record(z.string(), z.int()).describe("since the start, by outcome"),
    })
    .nullable()
    .describe("null: none is configured"),
  day: deliveryFigures.describe("the last 24 hours"),
  projects: z.array(
    z.object({
      project: z.string(),
      repository: z.string(),
      mode,
      why,
      missed: z.int().describe("changes that polling found and no webhook told of, since one arrived last"),
      checkedAt: z.int().optional().describe("when the forge's list was read last; milliseconds since 1970"),
      taken: z.int().optional().describe("deliveries that were taken from that list then"),
    }),
  ),
  waiting: z.array(deliveryView).describe("the retry queue"),
  deliveries: z.array(deliveryView).describe("newest first"),
  forge: z.array(forgeView).optional().describe("with --forge: what the forge itself says"),
});

/** `orch webhook add`. */
export const webhookAdded = z.object({
  project: z.string(),
  url: z.string(),
  hook: z.string().describe("app, or the number of the repository's hook"),
  created: z.boolean().describe("false: it was there, and leads here now"),
  listens: z.string().nullable().describe("where this daemon listens; null: the next orch serve will"),
  place: z.string().describe("where the tunnel has to lead to"),
});
