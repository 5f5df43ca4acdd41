import { rmSync } from "node:fs";

import type { LoginFile, OrchError, Result, SandboxSecret } from "@orch/core";
import type { RedactionKnowledge } from "@orch/security";

import { readRecord } from "./read-record.ts";
import { fieldsOf, shaped } from "./shape.ts";
import { writeRecord } from "./write-record.ts";

/** The credentials of a session: single values, and login files as the person has them. */
export interface SessionSecrets {
  readonly secrets: readonly SandboxSecret[];
  readonly logins: readonly LoginFile[];
}

/** What a supervisor must know and must not show: the session's credentials, and what else is secret here. */
export interface LeftSecrets extends SessionSecrets {
  readonly redaction: RedactionKnowledge;
}

const NONE: LeftSecrets = { secrets: [], logins: [], redaction: { secrets: [], patterns: [] } };

/** Leaves a session's credentials and what it has to hide for its supervisor, in a file that it takes away. */
export function leaveSecrets(path: string, { secrets, logins, redaction }: LeftSecrets): void {
  if ([secrets, logins, redaction.secrets, redaction.patterns].every(({ length }) => length === 0)) return;
  writeRecord(path, { secrets, logins, ...writtenKnowledge(redaction) });
}

/** What a redactor knows, as JSON holds it. */
export function writtenKnowledge({ secrets, patterns }: RedactionKnowledge): { hide: unknown; rules: unknown } {
  return { hide: secrets, rules: patterns.map(({ name, pattern: { source, flags } }) => ({ name, source, flags })) };
}

/** Reads what `writtenKnowledge` wrote. */
export function parseKnowledge(value: unknown): Result<RedactionKnowledge, OrchError> {
  return shaped("what is to be hidden", () => knowledgeIn(value));
}

/** Takes what `leaveSecrets` left: from then on the values are in the memory of this process alone. */
export function takeSecrets(path: string): LeftSecrets {
  try {
    return readRecord(path, parseSecrets) ?? NONE;
  } finally {
    rmSync(path, { force: true });
  }
}

function parseSecrets(text: string): Result<LeftSecrets, OrchError> {
  return shaped("secrets.json", () => {
    const left = fieldsOf(JSON.parse(text));
    const [secrets, logins] = [left.at("secrets"), left.at("logins")];
    return {
      secrets: listOf(secrets).map(secretIn),
      logins: listOf(logins).map(loginIn),
      redaction: knowledgeIn(JSON.parse(text)),
    };
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

function knowledgeIn(value: unknown): RedactionKnowledge {
  const fields = fieldsOf(value);
  return { secrets: fields.list("hide"), patterns: listOf(fields.at("rules")).map(ruleIn) };
}

function ruleIn(value: unknown): RedactionKnowledge["patterns"][number] {
  const fields = fieldsOf(value);
  return { name: fields.text("name"), pattern: new RegExp(fields.text("source"), fields.text("flags")) };
}

function loginIn(value: unknown): LoginFile {
  const fields = fieldsOf(value);
  return { path: fields.text("path"), text: fields.text("text") };
}
