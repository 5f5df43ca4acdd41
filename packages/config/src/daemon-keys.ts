import { z } from "zod";

import { defaults } from "./defaults.ts";
import { count, duration, key, text } from "./written-values.ts";

const yesOrNo = z.boolean("must be true or false");

/** The keys of `engine`: the daemon. */
export const engine = z.strictObject({
  max_parallel: key(count, "Attempts that may run at the same time, over all projects.", defaults.engine.max_parallel),
  sync_interval: key(
    duration,
    "How often a forge is asked what changed there, while webhooks arrive.",
    defaults.engine.sync_interval,
  ),
  fallback_sync_interval: key(
    duration,
    "How often it is asked while no webhooks can arrive, when that is less.",
    defaults.engine.fallback_sync_interval,
  ),
  webhook_health_check_interval: key(
    duration,
    "How often the daemon looks whether its listener for webhooks answers.",
    defaults.engine.webhook_health_check_interval,
  ),
  tick_interval: key(
    duration,
    "Time between two looks at everything; a safety net, not the mechanism.",
    defaults.engine.tick_interval,
  ),
  stuck_timeout: key(
    duration,
    "An attempt that nobody works on for this long is given back.",
    defaults.engine.stuck_timeout,
  ),
});

/** The keys of `webhook`: where a forge tells of changes. */
export const webhook = z.strictObject({
  enabled: key(yesOrNo, "Listens for webhooks at `/webhook` and `/github/webhook`.", defaults.webhook.enabled),
  host: key(
    text.min(1).max(255),
    "Address to listen on; a tunnel brings events to this machine.",
    defaults.webhook.host,
  ),
  port: key(
    z.int("must be a port").min(0, "must be a port").max(65_535, "must be a port"),
    "Port to listen on; 0 is any free one.",
    defaults.webhook.port,
  ),
  secret: key(
    z.union([text, z.array(text, "must be a text, or a list of texts").max(20)], {
      error: "must be a text, or a list of texts",
    }),
    "The hook's secret, such as `${WEBHOOK_SECRET}`; a list when there are several, or when it changes.",
  ),
  secret_file: key(
    text.min(1).max(4096),
    "A file with the hook's secret, or several, one in a line; `orch init --webhook` makes it. Read when the daemon starts.",
  ),
  allow_unsigned: key(
    yesOrNo,
    "Takes events of anybody when there is no secret; only on an address of this machine.",
    defaults.webhook.allow_unsigned,
  ),
});
