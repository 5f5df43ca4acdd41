/** What the scenario serves when it names no models. */
const DEFAULT_MODELS = [
  "gpt-6.1-sol",
  "gpt-5.5",
  "claude-opus-5-5",
  "claude-sonnet-5-5",
  "claude-haiku-5-5",
  "fake-model",
];

/** A model list in the format of OpenAI, or of Anthropic for its clients. */
export function modelList(models: readonly string[] | undefined, forAnthropic: boolean): unknown {
  const ids = models ?? DEFAULT_MODELS;
  return forAnthropic
    ? {
        data: ids.map((id) => ({ type: "model", id, display_name: id, created_at: "2026-01-01T00:00:00Z" })),
        has_more: false,
        first_id: ids.at(0) ?? null,
        last_id: ids.at(-1) ?? null,
      }
    : { object: "list", data: ids.map((id) => ({ id, object: "model", created: 0, owned_by: "scripted" })) };
}
