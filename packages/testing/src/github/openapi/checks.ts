import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { Ajv, type ValidateFunction } from "ajv";

import { asRecord } from "../../model-server/wire/json-values.ts";

/** Tells whether answers and events are as GitHub describes them. */
export interface BodyChecks {
  /** What is wrong with the body of an answer; undefined when nothing is, or when the operation isn't described here. */
  answer(asked: { method: string; path: string }, status: number, body: unknown): string | undefined;
  /** What is wrong with an event's payload. */
  event(event: string, action: string | undefined, payload: unknown): string | undefined;
}

const ID = "github";

let loaded: BodyChecks | undefined;

/** The checks of this process. Each schema is compiled when it is first needed, which takes a fifth of a second for the largest. */
export function bodyChecks(): BodyChecks {
  loaded ??= loadBodyChecks();
  return loaded;
}

function loadBodyChecks(): BodyChecks {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, "github.json.gz"))).toString("utf8");
  const description = asRecord(JSON.parse(text));
  // Optimised code takes five times as long to make, and runs once or twice.
  const code = { optimize: false };
  const ajv = new Ajv({ strict: false, logger: false, validateSchema: false, inlineRefs: false, code });
  ajv.addSchema({ $id: ID, ...description });
  const compiled = new Map<string, ValidateFunction>();
  const operations = Object.entries(asRecord(description["operations"]));
  const events = asRecord(description["events"]);
  const routes = operations.map(([name, answers]) => {
    const [method = "", path = ""] = name.split(" ");
    const pattern = path.replaceAll(/\{(?:ref|basehead)\}/g, "(.+)").replaceAll(/\{[^}]+\}/g, "([^/]+)");
    return { name, method, pattern: new RegExp(`^${pattern}$`), answers: asRecord(answers) };
  });

  function check(pointer: readonly string[], body: unknown): string | undefined {
    const reference = `${ID}#/${pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
    const validate = compiled.get(reference) ?? ajv.compile({ $ref: reference });
    compiled.set(reference, validate);
    if (validate(body)) return undefined;
    return ajv.errorsText(validate.errors, { dataVar: pointer.slice(1).join(" ") });
  }

  return {
    answer({ method, path }, status, body) {
      const [pathname = ""] = path.split("?");
      const found = routes.filter((route) => route.method === method && route.pattern.test(pathname));
      // The path with the fewest parameters is meant, and of two the longer one.
      const weigh = ({ name }: { name: string }): number => name.split("{").length * 1000 - name.length;
      const route = found.toSorted((a, b) => weigh(a) - weigh(b))[0];
      if (route === undefined || !(String(status) in route.answers)) return undefined;
      return check(["operations", route.name, String(status)], body);
    },
    event(event, action, payload) {
      const name = action === undefined ? event : `${event}.${action}`;
      return name in events ? check(["events", name], payload) : undefined;
    },
  };
}
