import { createHash } from "node:crypto";

import { isOrchError, orchError, type Forge } from "@orch/core";
import { z } from "zod";

import { MARKS_AT_A_TIME, pullMarksQuery } from "../client/queries.ts";
import type { Repository } from "../repository.ts";

const answer = z.object({ repository: z.record(z.string(), z.looseObject({ number: z.int() })) });

type Marks = ReadonlyMap<number, string>;

/** What may have changed about pull requests, by GraphQL: one request, and a point, for fifty. */
export function marksOf(repository: Repository): Pick<Forge, "pullMarks"> {
  return {
    async pullMarks(numbers) {
      const whole = [...new Set(numbers)].filter((number) => Number.isSafeInteger(number) && number > 0);
      const marks = new Map<number, string>();
      for (let start = 0; start < whole.length; start += MARKS_AT_A_TIME) {
        const some = await ask(repository, whole.slice(start, start + MARKS_AT_A_TIME));
        for (const [number, mark] of some) marks.set(number, mark);
      }
      return marks;
    },
  };
}

async function ask(repository: Repository, numbers: readonly number[]): Promise<Marks> {
  const { client, at } = repository;
  try {
    const read = answer.safeParse(await client.graphql("status", pullMarksQuery(numbers), at));
    if (!read.success) throw orchError("forge_unreachable", "GitHub's answer about pull requests is no whole one");
    const pulls = Object.values(read.data.repository);
    return new Map(pulls.map((pull) => [pull.number, shortened(JSON.stringify(pull))]));
  } catch (error) {
    if (!isOrchError(error, "forge_missing")) throw error;
    // One that is none spoils the answer for all: find it.
    if (numbers.length <= 1) return new Map();
    const middle = Math.ceil(numbers.length / 2);
    const [first, second] = [
      await ask(repository, numbers.slice(0, middle)),
      await ask(repository, numbers.slice(middle)),
    ];
    return new Map([...first, ...second]);
  }
}

function shortened(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
