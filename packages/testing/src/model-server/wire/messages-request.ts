import { asRecord, asRecords, asString, fieldsOf, textOf } from "./json-values.ts";
import type { HistoryEntry, Wire } from "./wire.ts";

type Json = Readonly<Record<string, unknown>>;

/** Reads a request of the Anthropic Messages interface. */
export function parseMessagesRequest(body: Json): ReturnType<Wire["parse"]> {
  const system = textOf(body["system"]);
  const format = asRecord(asRecord(body["output_config"])["format"]);
  return {
    model: asString(body["model"]),
    stream: body["stream"] === true,
    wantsJson: format["type"] === "json_schema",
    tools: asRecords(body["tools"])
      .map((tool) => ({
        name: asString(tool["name"]),
        kind: "function" as const,
        fields: fieldsOf(tool["input_schema"]),
      }))
      .filter(({ name }) => name !== ""),
    history: [
      ...(system === "" ? [] : [{ role: "system" as const, text: system, callIds: [] }]),
      ...asRecords(body["messages"]).flatMap(historyEntries),
    ],
  };
}

/** A user message carries tool results and words side by side; they become two entries. */
function historyEntries(message: Json): readonly HistoryEntry[] {
  const content = message["content"];
  if (message["role"] === "assistant") {
    const callIds = asRecords(content)
      .filter((block) => block["type"] === "tool_use")
      .map((block) => asString(block["id"]));
    return [{ role: "assistant", text: textOf(content), callIds }];
  }
  const results = asRecords(content).filter((block) => block["type"] === "tool_result");
  const words = textOf(
    typeof content === "string" ? content : asRecords(content).filter((block) => block["type"] !== "tool_result"),
  );
  return [
    ...results.map((block) => ({ role: "tool" as const, text: textOf(block["content"]), callIds: [] })),
    ...(words === ""
      ? []
      : [{ role: message["role"] === "system" ? ("system" as const) : ("user" as const), text: words, callIds: [] }]),
  ];
}
