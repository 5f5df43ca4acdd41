import { parseTaskId, type TaskId } from "@orch/core";

/** The issues named in a text as `#12`, sorted by number, each once. */
export function issueNumbers(text: string): readonly TaskId[] {
  const numbers = [...text.matchAll(/#(\d{1,15})(?![\w-])/g)].map(([, digits]) => Number(digits));
  return [...new Set(numbers)]
    .toSorted((one, other) => one - other)
    .flatMap((number) => {
      const parsed = parseTaskId(String(number));
      return parsed.ok ? [parsed.value] : [];
    });
}
