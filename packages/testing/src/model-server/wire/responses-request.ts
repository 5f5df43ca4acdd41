import { asRecord, asRecords, asString, textOf } from "./json-values.ts";
import type { HistoryEntry, OfferedTool, Wire } from "./wire.ts";

type Json = Readonly<Record<string, unknown>>;

/** Reads a request of the OpenAI Responses interface. */
export function parseResponsesRequest(body: Json): ReturnType<Wire["parse"]> {
  const items =
    typeof body["input"] === "string" ? [{ role: "user", content: body["input"] }] : asRecords(body["input"]);
  const instructions = asString(body["instructions"]);
  const format = asRecord(asRecord(body["text"])["format"]);
  return {
    model: asString(body["model"]),
    stream: body["stream"] === true,
    wantsJson: format["type"] === "json_schema" || format["type"] === "json_object",
    tools: [...asRecords(body["tools"]), ...items.filter(isAdditionalTools).flatMap((item) => asRecords(item["tools"]))]
      .flatMap(flattenNamespace)
      .flatMap(offeredTool),
    history: [
      ...(instructions === "" ? [] : [{ role: "system" as const, text: instructions, callIds: [] }]),
      ...items.flatMap(historyEntry),
    ],
  };
}

/** Newer codex models leave `tools` out and offer them in an input item. */
function isAdditionalTools(item: Json): boolean {
  return item["type"] === "additional_tools";
}

function flattenNamespace(tool: Json): readonly Json[] {
  return tool["type"] === "namespace" ? asRecords(tool["tools"]) : [tool];
}

function offeredTool(tool: Json): readonly OfferedTool[] {
  const name = asString(tool["name"]);
  const kind = tool["type"];
  return name !== "" && (kind === "function" || kind === "custom") ? [{ name, kind }] : [];
}

function historyEntry(item: Json): readonly HistoryEntry[] {
  switch (item["type"]) {
    case "reasoning":
      return [{ role: "assistant", text: textOf(item["summary"]), callIds: [] }];
    case "function_call":
      return [{ role: "assistant", text: asString(item["arguments"]), callIds: [asString(item["call_id"])] }];
    case "custom_tool_call":
      return [{ role: "assistant", text: asString(item["input"]), callIds: [asString(item["call_id"])] }];
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ role: "tool", text: textOf(item["output"]), callIds: [] }];
    case "message":
    case undefined:
      return [{ role: roleOf(item["role"]), text: textOf(item["content"]), callIds: [] }];
    default:
      return [];
  }
}

function roleOf(role: unknown): HistoryEntry["role"] {
  if (role === "assistant" || role === "user") {
    return role;
  }
  return "system";
}
