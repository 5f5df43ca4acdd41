import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { orchError, type Conceal, type LoginFile } from "@orch/core";

const LONGEST_LOGIN = 1024 * 1024;

/** What a login file says to the program that reads it. */
export type LoginShape = (login: unknown, conceal: Conceal) => Readonly<Record<string, unknown>> | undefined;

/** A login that a run is given. */
export interface LoginCopy {
  /** The agent's title, for people. */
  readonly title: string;
  /** The person's own file, which is only read. */
  readonly from: string;
  readonly to: string;
  /** Writes the file anew from what is known of it, each credential concealed; undefined: it holds none that is known. */
  readonly shape: LoginShape;
  /** Absent: the copy is the file as it is. */
  readonly conceal?: Conceal;
}

/**
 * Writes the copy of a login (mode 0600) for one run, with placeholders in place of its credentials; gives the file as it
 * would be without them. A missing login is left to the agent to report. Throws `config_invalid` for one that can't be
 * read, or whose credentials can't be told from the rest.
 */
export async function copyLogin(copy: LoginCopy): Promise<LoginFile | undefined> {
  const { title, from, to, shape, conceal } = copy;
  const text = await readLogin(title, from);
  if (text === undefined) return undefined;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const shown = conceal === undefined ? text : masked(text, { shape, conceal });
  if (shown === undefined) {
    throw orchError("config_invalid", `the ${title} login in ${from} has a form that orch does not know`, {
      hint: "Log in anew with the agent's own program, or let the run hold a copy of it: login: copied",
    });
  }
  await writeFile(to, shown, { mode: 0o600 });
  await chmod(to, 0o600);
  return conceal === undefined ? undefined : { path: to, text };
}

/** The credentials in a login file, as far as its form is known. Never throws. */
export async function credentialsIn({
  title,
  from,
  shape,
}: Omit<LoginCopy, "to" | "conceal">): Promise<readonly string[]> {
  const found: string[] = [];
  const text = await readLogin(title, from).catch(() => undefined);
  if (text === undefined) return found;
  masked(text, {
    shape,
    conceal({ value }) {
      found.push(value);
      return "";
    },
  });
  return found;
}

function masked(text: string, { shape, conceal }: { shape: LoginShape; conceal: Conceal }): string | undefined {
  const login = parsed(text);
  const shown = login === undefined ? undefined : shape(login, conceal);
  return shown === undefined ? undefined : JSON.stringify(shown, null, 2);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readLogin(title: string, path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > LONGEST_LOGIN) throw orchError("config_invalid", "it is too large");
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw orchError("config_invalid", `the ${title} login ${path} can't be read`, {
      hint: "Check its permissions.",
      cause,
    });
  }
}

/** The fields of an object; of anything else none. */
export function fieldsIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A field's text; undefined when it is none, or empty. */
export function textIn(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Those of the named fields that are there. */
export function fieldsNamed(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}
