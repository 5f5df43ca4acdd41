import { asOrchError, type DomainWrite, type Json, type ProjectId, type Store } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { isOfAll } from "./calm.ts";

/** One thing on a forge that is taken in by itself. */
export type Item =
  | { readonly about: "issue" | "pull"; readonly number: number }
  | { readonly about: "comment"; readonly number: number; readonly comment: number };

/** An item that could not be taken in, and when that is tried again (epoch milliseconds). */
type Failed = Item & { readonly tries: number; readonly notBefore: number };

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Some five hours. */
const MOST_TRIES = 12;
const MOST_ITEMS = 1_000;

/** What of a project could not be taken in, kept with the place up to which everything else was. */
export interface Again {
  /**
   * Takes one item in. What fails for reasons of its own is remembered, told, and tried again by itself.
   * @throws what is no fault of the item (see `isOfAll`), and what is too much to remember
   */
  alone(item: Item, take: () => Promise<void>): Promise<void>;
  /** Takes in once more what is due. */
  retry(take: (item: Item) => Promise<void>): Promise<void>;
  /** Keeps it. */
  write(): DomainWrite;
}

/** What a project's list holds now. */
export async function readAgain(
  deps: Pick<EngineDeps, "store" | "clock" | "logger">,
  project: ProjectId,
): Promise<Again> {
  const { clock, logger } = deps;
  const failed = new Map((await listOf(deps.store, project)).map((item) => [nameOf(item), item]));

  async function alone(item: Item, take: () => Promise<void>): Promise<void> {
    const name = nameOf(item);
    try {
      await take();
      failed.delete(name);
    } catch (thrown) {
      const error = asOrchError(thrown);
      if (isOfAll(error)) throw error;
      const tries = (failed.get(name)?.tries ?? 0) + 1;
      if (tries > MOST_TRIES) {
        failed.delete(name);
        logger.error({ project, item: name, error }, "something on the forge can't be taken in and is left out");
        return;
      }
      if (failed.size >= MOST_ITEMS && !failed.has(name)) throw error;
      if (tries === 1) logger.warn({ project, item: name, error }, "something on the forge is taken in later");
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      failed.set(name, { ...item, tries, notBefore: clock.now() + pause });
    }
  }
  return {
    alone,
    async retry(take) {
      for (const item of failed.values()) {
        if (item.notBefore <= clock.now()) await alone(item, () => take(item));
      }
    },
    write: () => ({ kind: "cursor:put", name: cursorName(project), value: [...failed.values()].map(asJson) }),
  };
}

function nameOf(item: Item): string {
  return item.about === "comment" ? `comment ${item.comment}` : `${item.about} ${item.number}`;
}

function cursorName(project: ProjectId): string {
  return `again ${project}`;
}

function asJson(item: Failed): Json {
  return { ...item };
}

async function listOf(store: Pick<Store, "cursor">, project: ProjectId): Promise<readonly Failed[]> {
  const kept = await store.cursor(cursorName(project));
  return Array.isArray(kept) ? (kept as readonly Json[] as readonly Failed[]) : [];
}
