import {
  createCatchUp,
  type CatchUpOptions,
  type GitHubHooks,
  type HookReport,
  type Webhooks,
} from "@orch/backend-github";
import {
  asOrchError,
  type Clock,
  type Logger,
  type ProjectId,
  type Projects,
  type Store,
  type Timer,
} from "@orch/core";
import type { SqliteStore } from "@orch/store";

import { createTurns } from "./turns.ts";
import type { WebhookWatch } from "./webhook-watch.ts";
import type { BrokenWay } from "./webhook-ways.ts";

const EVERY_MS = 10 * 60 * 1000;
/** Where the list can't be read: so many changes that no webhook told of are no accident. */
const MANY_MISSED = 2;

/** What the list of deliveries is read with. */
export interface CatchUpLoopOptions {
  readonly webhooks: Pick<Webhooks, "takeListed">;
  readonly projects: Projects;
  /** Undefined: the project has no forge with hooks. */
  hooksOf(project: ProjectId): GitHubHooks | undefined;
  /** What its repository is called now. */
  nameOf(project: ProjectId): string | undefined;
  readonly store: Pick<SqliteStore, "deliveries"> & Store;
  readonly watch: WebhookWatch;
  /** The least time between two looks at a project's list, in milliseconds. */
  checkMs(): number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the forge's list said last, and when. */
export interface KnownReport extends HookReport {
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Takes from the forges' lists what never arrived. Disposing calls it off. */
export interface CatchUpLoop extends AsyncDisposable {
  /** Looks at a project's list soon; asked too often, as soon as it may. */
  look(project: ProjectId): void;
  report(project: ProjectId): KnownReport | undefined;
}

/**
 * Looks at the start, when polling found what no webhook told of, and every ten minutes in which something happened: at
 * rest nothing is asked. Never throws.
 */
export function startCatchUp(options: CatchUpLoopOptions): CatchUpLoop {
  const { projects, watch, clock, logger } = options;
  const reports = new Map<ProjectId, KnownReport>();
  const looks = new Map<ProjectId, number>();
  const later = new Map<ProjectId, Timer>();
  const inTurn = createTurns();
  const catchUp = createCatchUp({ ...options, ...keptIn(options.store) });
  let ended = false;
  let working: Promise<void> = Promise.resolve();
  let timer: Timer = clock.after(EVERY_MS, round);

  function round(): void {
    timer = clock.after(EVERY_MS, round);
    // Whatever keeps a way broken may be gone without a sign of it.
    for (const { id } of projects.list()) if (watch.ways.takeNews(id) || watch.health(id).mode === "polling") look(id);
  }

  function look(project: ProjectId): void {
    if (ended || later.has(project)) return;
    const pause = (looks.get(project) ?? -Infinity) + options.checkMs() - clock.now();
    if (pause > 0)
      return void later.set(
        project,
        clock.after(pause, () => lookNow(project)),
      );
    lookNow(project);
  }

  function lookNow(project: ProjectId): void {
    later.delete(project);
    looks.set(project, clock.now());
    working = inTurn(() => lookAt(project));
  }

  async function lookAt(project: ProjectId): Promise<void> {
    const hooks = options.hooksOf(project);
    const repository = options.nameOf(project);
    if (ended || hooks === undefined || repository === undefined) return;
    try {
      const report = await catchUp.look({ project, repository, hooks, listeningSince: watch.listeningSince ?? 0 });
      const isNew = reports.get(project)?.state !== report.state;
      reports.set(project, { ...report, at: clock.now() });
      if (report.state === "denied" && isNew)
        logger.info({ project }, "the token may not see hooks: webhooks that don't arrive are found by polling alone");
      watch.ways.judge(project, whyOf(report, watch.ways.missed(project)));
    } catch (error) {
      logger.warn({ project, error: asOrchError(error) }, "the list of webhooks could not be read");
    }
  }

  watch.ways.onMissed(look);
  for (const { id } of projects.list()) look(id);
  return {
    look,
    report: (project) => reports.get(project),
    async [Symbol.asyncDispose]() {
      ended = true;
      timer.cancel();
      for (const waiting of later.values()) waiting.cancel();
      await working;
    },
  };
}

function keptIn(store: CatchUpLoopOptions["store"]): Pick<CatchUpOptions, "deliveries" | "cursors"> {
  const cursors: CatchUpOptions["cursors"] = {
    read: (name) => store.cursor(name),
    write: async (name, at) => void (await store.commit({ writes: [{ kind: "cursor:put", name, value: at }] })),
  };
  return { deliveries: store.deliveries, cursors };
}

function whyOf({ state }: HookReport, missed: number): BrokenWay | undefined {
  if (state === "denied") return missed >= MANY_MISSED ? "undelivered" : undefined;
  return state === "well" ? undefined : state;
}
