import { resultSchemas } from "@orch/api/schemas";
import {
  orchError,
  parseCommitSha,
  parseProjectId,
  parseTaskId,
  unwrap,
  type SessionEvent,
  type StoredEvent,
} from "@orch/core";
import { printableJson } from "@orch/security";
import { hostileSession, obeyedIn, terminalPayloads } from "@orch/testing";
import { describe, expect, test } from "vitest";

import { renderStoredEvent } from "./event.ts";
import { reportFailure } from "./failure.ts";
import { renderLogLine } from "./log-line.ts";
import { prefixLines } from "./prefix.ts";
import { renderResult } from "./results.ts";
import { createStyle, cutTo, oneLine, printable, type Style } from "./style.ts";
import { renderSessionEvent } from "./transcript.ts";

const plain = createStyle(false);
const colour = createStyle(true);

/** What a terminal would still obey of a text that is to be shown; in a pipe there are no colours either. */
function obeyed(text: string, { color }: Style): string | undefined {
  return obeyedIn(text, { styles: color });
}

function storedEvents(said: string): readonly StoredEvent[] {
  const ids = { project: unwrap(parseProjectId("acme/shop")), id: unwrap(parseTaskId("12")) };
  const events: readonly StoredEvent["event"][] = [
    { type: "result:refused", reason: "merge_conflict", detail: said },
    { type: "task:cancelled", why: said, by: said },
    { type: "result:merged", mergeCommit: unwrap(parseCommitSha("a".repeat(40))) },
  ];
  return events.map((event, index) => ({
    ...ids,
    seq: index + 1,
    at: 0,
    actor: said,
    key: `${index}`,
    status: "in_review",
    event,
  }));
}

type Schema = Readonly<Record<string, unknown>>;

/** A value of a schema, with these words for every text and every name that is free. */
function filled(schema: Schema, said: string): unknown {
  const { anyOf } = schema;
  const type: unknown = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return (schema["enum"] as unknown[])[0];
  if (Array.isArray(anyOf)) return filled(anyOf[0] as Schema, said);
  if (type === "array") return [filled((schema["items"] ?? {}) as Schema, said)];
  if (type === "object") {
    const own = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
    const free = schema["additionalProperties"];
    const more = typeof free === "object" && free !== null ? [[said, filled(free as Schema, said)] as const] : [];
    return Object.fromEntries([...own.map(([key, value]) => [key, filled(value, said)] as const), ...more]);
  }
  if (type === "number" || type === "integer") return 1;
  return type === "boolean" ? true : said;
}

describe.each([plain, colour])("with colours: $color", (style) => {
  test.each(terminalPayloads)("%s is not obeyed, whatever shows it", (_what, said) => {
    const shown = [
      oneLine(said),
      printable(said, style),
      cutTo(oneLine(said), 20),
      ...hostileSession(said).map((event) => renderSessionEvent(event, style) ?? ""),
      ...storedEvents(said).map((event) => renderStoredEvent(event, style)),
      renderLogLine(said, style),
      renderLogLine(JSON.stringify({ at: said, level: said, message: said, task: said, [said]: said }), style),
    ];
    for (const text of shown) {
      expect(obeyed(text, style)).toBeUndefined();
      expect(obeyed(prefixLines(text, { prefix: "> ", columns: 20 }), style)).toBeUndefined();
    }
  });

  test.each(terminalPayloads)("%s is not obeyed where it comes in two parts", (_what, said) => {
    const show = (text: string): string =>
      ["output", "agent"]
        .map((kind) => (kind === "output" ? { kind, stream: "stdout", text } : { kind, event: { type: "text", text } }))
        .map((event) => renderSessionEvent({ seq: 1, at: 0, ...event } as SessionEvent, style) ?? "")
        .join("");
    for (let at = 0; at <= said.length; at += said.length < 200 ? 1 : 97) {
      const parts = show(said.slice(0, at)) + show(said.slice(at));
      expect(obeyed(parts, style)).toBeUndefined();
    }
  });
});

test.each(Object.entries(resultSchemas))("nothing in the answer of orch %s is obeyed", (name, schema) => {
  const shape = { ...schema.toJSONSchema({ unrepresentable: "any" }) };
  for (const [what, said] of terminalPayloads) {
    const data = filled(shape, said);
    for (const style of [plain, colour]) {
      expect([what, obeyed(renderResult(name, data, { style, columns: 80 }), style)]).toEqual([what, undefined]);
    }
    expect([what, obeyed(printableJson(JSON.stringify(data)), plain)]).toEqual([what, undefined]);
  }
});

test.each(terminalPayloads)("an error that says it is not obeyed: %s", (_what, said) => {
  for (const json of [true, false]) {
    const written: string[] = [];
    const err = { isTerminal: true, columns: 80, write: (text: string) => void written.push(text) };
    reportFailure(orchError("internal", said, { hint: said }), { err, json, color: false });
    expect(obeyed(written.join(""), plain)).toBeUndefined();
  }
});
