import type { ConfigFile } from "./config-file.ts";
import type { Config } from "./config.ts";
import { defaults } from "./defaults.ts";
import { filled, present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";

const LOOPBACK = /^(?:localhost|::1|127(?:\.\d{1,3}){3})$/;

/** Where webhooks are taken. A listener that would believe anybody is a problem, so that no daemon begins with it. */
export function resolveWebhook(file: ConfigFile, findings: Findings): Config["webhook"] {
  const { enabled, host, port, allow_unsigned: allowUnsigned } = filled(defaults.webhook, file.webhook);
  const written = file.webhook?.secret ?? [];
  const secrets = (typeof written === "string" ? [written] : written).filter((secret) => secret !== "");
  const secretFile = file.webhook?.secret_file;
  const isSigned = secrets.length > 0 || secretFile !== undefined;
  if (enabled && !isSigned && !(allowUnsigned && LOOPBACK.test(host))) {
    findings.problem(
      ["webhook", "secret"],
      "or webhook.secret_file is needed when webhook.enabled is true; without it, webhook.allow_unsigned works on 127.0.0.1 only",
    );
  }
  return { enabled, host, port, secrets, allowUnsigned, ...present({ secretFile }) };
}
