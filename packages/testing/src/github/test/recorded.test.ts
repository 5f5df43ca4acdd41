import { createHmac } from "node:crypto";

import { expect, test } from "vitest";

import { recordedWebhooks } from "../index.ts";
import { github, listener } from "./clients.ts";

test("payloads that GitHub sent are taken by a listener that checks them", async () => {
  const standIn = await github();
  const hook = await listener("s3cret");
  const all = recordedWebhooks();
  expect(all.length).toBeGreaterThan(300);
  for (const { event, payload } of all) {
    const hex = createHmac("sha256", "s3cret").update(JSON.stringify(payload)).digest("hex");
    const status = await standIn.webhooks.forge({ url: hook.url, event, payload, signature: `sha256=${hex}` });
    expect({ event, status }).toEqual({ event, status: 202 });
  }
  expect(hook.heard).toHaveLength(all.length);
});
