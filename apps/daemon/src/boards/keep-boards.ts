import {
  asOrchError,
  type Clock,
  type Logger,
  type ProjectId,
  type Projects,
  type Store,
  type Timer,
} from "@orch/core";

import { lastEvent } from "../http/stored-events.ts";
import type { BoardService } from "./board-service.ts";

/** What boards are kept in step with. */
export interface KeepBoardsOptions {
  readonly boards: Pick<BoardService, "isLinked" | "show" | "sync">;
  readonly store: Store;
  readonly projects: Pick<Projects, "list">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Several moves of a task within this time are one look at the board. */
const LAG_MS = 3_000;
const OWED_MS = 600_000;
const EVENTS_AT_ONCE = 500;

/**
 * Keeps the cards of linked boards where their tasks are, a moment after each move. Nothing waits for it: what fails is
 * told of once and made good by a whole sync, which is tried every ten minutes until it succeeds. The start counts as
 * a failure, for tasks may have moved while no daemon ran.
 */
export function keepBoards(options: KeepBoardsOptions): AsyncDisposable {
  const { store, projects, clock } = options;
  const owed = new Set<ProjectId>(projects.list().map(({ id }) => id));
  let last: number | undefined;
  let timer: Timer | undefined;
  let slow: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  const begin = (work: () => Promise<void>): void => {
    if (!stopped) running = running.then(work).catch(() => undefined);
  };
  const soon = (): void => {
    if (stopped || timer !== undefined) return;
    timer = clock.after(LAG_MS, () => {
      timer = undefined;
      begin(async () => {
        last = await follow(options, { last, owed });
      });
    });
  };
  const later = (): void => {
    slow = clock.after(OWED_MS, () => {
      begin(() => settle(options, owed));
      later();
    });
  };
  const unsubscribe = store.onWake((what) => {
    if (what === "events") soon();
  });
  begin(async () => {
    last = await lastEvent(store);
    await settle(options, owed);
  });
  later();

  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      unsubscribe();
      timer?.cancel();
      slow?.cancel();
      await running;
    },
  };
}

/** Shows the tasks that moved since; gives the last event that was looked at. */
async function follow(
  options: KeepBoardsOptions,
  { last, owed }: { readonly last: number | undefined; readonly owed: Set<ProjectId> },
): Promise<number | undefined> {
  const { boards, store } = options;
  if (last === undefined) return last;
  const events = await store.events({ after: last, limit: EVENTS_AT_ONCE });
  for (const [project, moved] of Map.groupBy(events, (event) => event.project)) {
    if (!(await boards.isLinked(project))) continue;
    const ids = [...new Set(moved.map(({ id }) => id))];
    const tasks = await Promise.all(ids.map((id) => store.task({ project, id })));
    const present = tasks.filter((task) => task !== undefined);
    await calmly(options, { project, owed, work: () => boards.show(project, present), isWhole: false });
  }
  // More than a batch: the rest is a whole sync's.
  if (events.length === EVENTS_AT_ONCE) for (const { project } of events) owed.add(project);
  return events.length === EVENTS_AT_ONCE ? lastEvent(store) : (events.at(-1)?.seq ?? last);
}

async function settle(options: KeepBoardsOptions, owed: Set<ProjectId>): Promise<void> {
  const { boards } = options;
  for (const project of owed) {
    if (!(await boards.isLinked(project))) owed.delete(project);
    else await calmly(options, { project, owed, work: () => boards.sync(project), isWhole: true });
  }
}

/** What fails is owed, and told of when it begins to be. */
async function calmly(
  { logger }: KeepBoardsOptions,
  given: {
    readonly project: ProjectId;
    readonly owed: Set<ProjectId>;
    readonly work: () => Promise<unknown>;
    /** True: afterwards nothing is owed. */
    readonly isWhole: boolean;
  },
): Promise<void> {
  const { project, owed, work } = given;
  try {
    await work();
    if (given.isWhole) owed.delete(project);
  } catch (error) {
    const level = owed.has(project) ? "debug" : "warn";
    owed.add(project);
    logger[level]({ project, error: asOrchError(error) }, "the board is not in step; orch tries again");
  }
}
