import { rmSync } from "node:fs";

import type { OrchError, Result, SandboxSecret } from "@orch/core";

import { readRecord } from "./read-record.ts";
import { fieldsOf, shaped } from "./shape.ts";
import { writeRecord } from "./write-record.ts";

/** Leaves the values of a session's credentials for its supervisor, in a file of their own that it takes away. */
export function leaveSecrets(path: string, secrets: readonly SandboxSecret[]): void {
  if (secrets.length > 0) writeRecord(path, { secrets });
}

/** Takes what `leaveSecrets` left: from then on the values are in the memory of this process alone. */
export function takeSecrets(path: string): readonly SandboxSecret[] {
  try {
    return readRecord(path, parseSecrets) ?? [];
  } finally {
    rmSync(path, { force: true });
  }
}

function parseSecrets(text: string): Result<readonly SandboxSecret[], OrchError> {
  return shaped("secrets.json", () => {
    const secrets = fieldsOf(JSON.parse(text)).at("secrets");
    return (Array.isArray(secrets) ? secrets : []).map((secret: unknown) => {
      const fields = fieldsOf(secret);
      const [name, placeholder, value] = [fields.text("name"), fields.text("placeholder"), fields.text("value")];
      return { name, placeholder, value, hosts: fields.list("hosts") };
    });
  });
}
