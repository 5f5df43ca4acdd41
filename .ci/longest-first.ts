import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A sequencer that begins with the files whose path holds the first of these parts: begun last, they would run alone. */
export function longestFirst(parts: readonly string[]): typeof BaseSequencer {
  const rank = ({ moduleId }: TestSpecification): number => {
    const found = parts.findIndex((part) => moduleId.includes(part));
    return found === -1 ? parts.length : found;
  };
  return class extends BaseSequencer {
    override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return Promise.resolve(files.toSorted((left, right) => rank(left) - rank(right)));
    }
  };
}
