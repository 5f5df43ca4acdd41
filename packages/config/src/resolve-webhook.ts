import type { ConfigFile } from "./config-file.ts";
import type { Config } from "./config.ts";
import { defaults } from "./defaults.ts";
import { filled } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";

const LOOPBACK = /^(?:localhost|::1|127(?:\.\d{1,3}){3})$/;

/** Where webhooks are taken. A listener that would believe anybody is a problem, so that no daemon begins with it. */
export function resolveWebhook(file: ConfigFile, findings: Findings): Config["webhook"] {
  const { enabled, host, port, allow_unsigned: allowUnsigned } = filled(defaults.webhook, file.webhook);
  const written = file.webhook?.secret ?? [];
  const secrets = (typeof written === "string" ? [written] : written).filter((secret) => secret !== "");
  if (enabled && secrets.length === 0 && !(allowUnsigned && LOOPBACK.test(host))) {
    findings.problem(
      ["webhook", "secret"],
      "is needed when webhook.enabled is true; without it, webhook.allow_unsigned works on 127.0.0.1 only",
    );
  }
  return { enabled, host, port, secrets, allowUnsigned };
}
