import { asRecord, asRecords, asString, fieldsOf, textOf } from "./json-values.ts";
import type { HistoryEntry, Wire } from "./wire.ts";

type Json = Readonly<Record<string, unknown>>;

/** Reads a request of the OpenAI Chat Completions interface. */
export function parseChatRequest(body: Json): ReturnType<Wire["parse"]> {
  const format = asRecord(body["response_format"]);
  return {
    model: asString(body["model"]),
    stream: body["stream"] === true,
    wantsJson: format["type"] === "json_schema" || format["type"] === "json_object",
    tools: asRecords(body["tools"])
      .map((tool) => asRecord(tool["function"]))
      .map((tool) => ({
        name: asString(tool["name"]),
        kind: "function" as const,
        fields: fieldsOf(tool["parameters"]),
      }))
      .filter(({ name }) => name !== ""),
    history: asRecords(body["messages"]).map(historyEntry),
  };
}

function historyEntry(message: Json): HistoryEntry {
  const callIds = asRecords(message["tool_calls"]).map((call) => asString(call["id"]));
  return { role: roleOf(message["role"]), text: textOf(message["content"]), callIds };
}

function roleOf(role: unknown): HistoryEntry["role"] {
  switch (role) {
    case "assistant":
    case "user":
    case "tool":
      return role;
    default:
      return "system";
  }
}
