import { dirname } from "node:path";

import { err, ok, type OrchError, type Result } from "@orch/core";

import { expandPath } from "./home-paths.ts";
import type { Environment } from "./interpolate.ts";
import { isMapping } from "./mapping.ts";
import { parseConfigText } from "./parse-document.ts";
import { invalidConfig } from "./problem.ts";
import type { ConfigText } from "./read-config-text.ts";
import { siftKeys } from "./sift-keys.ts";

/** Which agents there are, which models they use, how they are confined and what they cost. */
const KEPT = ["agents", "model_map", "sandbox", "path_file", "security", "pricing", "required_tools", "workflow"];
/** Stands around the name of a variable while the text is read. */
const MARK = "\u0000";

/**
 * What a configuration file says about agents and their confinement, as plain data for a file elsewhere: with today's
 * names, absolute paths, and `${NAME}` where it stood, so that no value of a variable is in it. Error: `config_invalid`.
 */
export function agentKeysOf(source: ConfigText): Result<Readonly<Record<string, unknown>>, OrchError> {
  const parsed = parseConfigText({ file: source.path, text: source.text, env: namesOf(source.env) });
  const sifted = siftKeys(parsed, source.kind);
  const problems = [...parsed.problems, ...sifted.problems];
  if (problems.length > 0) return err(invalidConfig(problems));
  if (!isMapping(sifted.value)) return ok({});
  const kept = Object.entries(sifted.value).filter(([name]) => KEPT.includes(name));
  const base = dirname(source.path);
  return ok(Object.fromEntries(kept.map(([name, value]) => [name, rewritten(value, { base, path: [name] })])));
}

/** Each variable that is set, with its own name for a value. */
function namesOf(env: Environment): Environment {
  const set = Object.keys(env).filter((name) => (env[name] ?? "") !== "");
  return Object.fromEntries(set.map((name) => [name, `${MARK}${name}${MARK}`]));
}

interface At {
  readonly base: string;
  readonly path: readonly string[];
}

function rewritten(value: unknown, { base, path }: At): unknown {
  if (typeof value === "string") return referring(isPath(path) ? absolute(value, base) : value);
  if (Array.isArray(value)) return value.map((item) => rewritten(item, { base, path: [...path, "*"] }));
  // An agent of which nothing is said has its driver's own settings.
  if (value === undefined && path[0] === "agents" && path.length === 2) return {};
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, rewritten(inner, { base, path: [...path, name] })]),
  );
}

function isPath([root, ...rest]: readonly string[]): boolean {
  if (root === "path_file") return true;
  if (root === "sandbox") return rest[0] === "read";
  return root === "agents" && rest.at(-1) === "home" && (rest.length === 2 || rest[1] === "accounts");
}

/** A path below the person's home is found from anywhere, and one that begins with a variable is not known yet. */
function absolute(written: string, base: string): string {
  if (written === "" || written === "~" || written.startsWith("~/") || written.startsWith(MARK)) return written;
  return expandPath(written, { base, userHome: undefined });
}

/** The text as a file has to say it, so that it is read as the same. */
function referring(text: string): string {
  return text.replaceAll("${", () => "$${").replaceAll(new RegExp(`${MARK}([^${MARK}]*)${MARK}`, "g"), "${$1}");
}
