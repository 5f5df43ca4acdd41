import { readFile } from "node:fs/promises";

import { withWebhooks, type Config } from "@orch/config";
import { orchError, type Random } from "@orch/core";
import { replaceFile, type SecretRedactor } from "@orch/security";

import type { ProjectBook } from "./project-book.ts";

const SECRET_BYTES = 32;

/**
 * Every secret that hooks may have, the configured ones first. Throws `config_invalid` when the file that is to hold some
 * can't be read or holds none.
 */
export async function secretsOf({ secrets, secretFile }: Config["webhook"]): Promise<readonly string[]> {
  if (secretFile === undefined) return secrets;
  const kept = await secretsIn(secretFile);
  if (kept.length > 0) return [...secrets, ...kept];
  throw orchError("config_invalid", `${secretFile} holds no secret of a hook`, {
    hint: "webhook.secret_file names it: write a secret there, or take the key out.",
  });
}

/** Where a secret is looked for, and kept when it is new. */
interface SecretPlaces {
  readonly projects: Pick<ProjectBook, "changeGlobal"> & { readonly global: Pick<Config, "webhook"> };
  readonly secretFile: string;
  readonly redactor: Pick<SecretRedactor, "register">;
  readonly random: Random;
}

/** The newest of the secrets that the listener knows; one is made, and webhooks are switched on, where that is missing. */
export async function needSecret({ projects, secretFile, redactor, random }: SecretPlaces): Promise<string> {
  const [known] = await secretsOf(projects.global.webhook);
  if (projects.global.webhook.enabled && known !== undefined) return known;
  const secret = known ?? (await secretAt(secretFile, random));
  redactor.register([secret]);
  await projects.changeGlobal((text) => withWebhooks(text, known === undefined ? secretFile : undefined));
  return secret;
}

/** The secret in a file; a new one, which the person alone can read, where there is none. Throws `config_invalid`. */
async function secretAt(path: string, random: Random): Promise<string> {
  const [known] = await secretsIn(path);
  if (known !== undefined) return known;
  const made = random.token(SECRET_BYTES);
  await replaceFile(path, `${made}\n`);
  return made;
}

async function secretsIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return "";
    throw orchError("config_invalid", `${path} can't be read`, { hint: "Make it readable for the daemon.", cause });
  });
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}
