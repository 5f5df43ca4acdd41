import { rmSync } from "node:fs";

import type { LoginFile, OrchError, Result, SandboxSecret } from "@orch/core";

import { readRecord } from "./read-record.ts";
import { fieldsOf, shaped } from "./shape.ts";
import { writeRecord } from "./write-record.ts";

/** The credentials of a session: single values, and login files as the person has them. */
export interface SessionSecrets {
  readonly secrets: readonly SandboxSecret[];
  readonly logins: readonly LoginFile[];
}

const NONE: SessionSecrets = { secrets: [], logins: [] };

/** Leaves a session's credentials for its supervisor, in a file of their own that it takes away. */
export function leaveSecrets(path: string, left: SessionSecrets): void {
  if (left.secrets.length > 0 || left.logins.length > 0) writeRecord(path, left);
}

/** Takes what `leaveSecrets` left: from then on the values are in the memory of this process alone. */
export function takeSecrets(path: string): SessionSecrets {
  try {
    return readRecord(path, parseSecrets) ?? NONE;
  } finally {
    rmSync(path, { force: true });
  }
}

function parseSecrets(text: string): Result<SessionSecrets, OrchError> {
  return shaped("secrets.json", () => {
    const left = fieldsOf(JSON.parse(text));
    const [secrets, logins] = [left.at("secrets"), left.at("logins")];
    return { secrets: listOf(secrets).map(secretIn), logins: listOf(logins).map(loginIn) };
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function secretIn(value: unknown): SandboxSecret {
  const fields = fieldsOf(value);
  const [name, placeholder, secret] = [fields.text("name"), fields.text("placeholder"), fields.text("value")];
  const stays = fields.at("stays") === true ? { stays: true } : {};
  return { name, placeholder, value: secret, hosts: fields.list("hosts"), ...stays };
}

function loginIn(value: unknown): LoginFile {
  const fields = fieldsOf(value);
  return { path: fields.text("path"), text: fields.text("text") };
}
