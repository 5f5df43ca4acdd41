import { isOrchError, taskKey, type Forge, type Task, type TaskKey } from "@orch/core";

import type { EngineDeps } from "../deps.ts";
import { followsPull, type Following } from "./look-at-pull.ts";
import { settlesAt } from "./settling.ts";

const MINUTE_MS = 60_000;
/** Where webhooks arrive they tell; this is the net below them. */
const NET_MS = 20 * MINUTE_MS;
/** Without a mark nobody knows whether something changed. */
const BLIND_MS = 10 * MINUTE_MS;
/** What no mark shows, such as that a reviewer may write now. */
const LONGEST_MS = 360 * MINUTE_MS;

/** A pull request that should be looked at. */
export interface DuePull {
  readonly task: Task;
  /** Tells that it was. */
  readonly looked: () => void;
}

/** Knows which pull requests have to be looked at: a look takes five requests, a mark of fifty takes one. */
export interface PullWatch {
  /** Of these tasks that follow their pull request, those about which something may have changed. `changed`: numbers that the forge told of. */
  due(forge: Forge, tasks: readonly Task[], changed: ReadonlySet<number>): Promise<readonly DuePull[]>;
}

interface Look {
  readonly mark: string | undefined;
  readonly version: number;
  readonly at: number;
}

/** Nothing has been looked at yet. */
export function createPullWatch({ clock, settings, projects, logger }: EngineDeps): PullWatch {
  const looks: Looks = new Map();
  const asked = new Map<string, number>();

  /** Undefined: nobody asked. */
  async function marksOf(forge: Forge, tasks: readonly Following[]): Promise<Marks | undefined> {
    const isEarly = clock.now() - (asked.get(forge.project) ?? Number.NEGATIVE_INFINITY) < NET_MS;
    if (tasks.length === 0 || (settings.hinted?.(forge.project) === true && isEarly)) return undefined;
    asked.set(forge.project, clock.now());
    try {
      return { known: await forge.pullMarks(tasks.flatMap(({ pull }) => pull?.number ?? [])), lookAnyway: false };
    } catch (error) {
      if (!isOrchError(error)) throw error;
      logger.debug({ project: forge.project, error }, "the marks of pull requests could not be read");
      const isLater = error.code === "forge_limited" || error.code === "forge_unreachable";
      return { known: new Map(), lookAnyway: !isLater };
    }
  }
  function isDue(task: Following, marks: Marks | undefined): boolean {
    const last = looks.get(taskKey(task));
    if (last === undefined || last.version !== task.version || isSettling(task)) return true;
    const now = clock.now();
    const pull = projects.get(task.project)?.forge?.pull;
    if (pull !== undefined && (settlesAt(task, pull) ?? now + 1) <= now) return true;
    const age = now - last.at;
    if (marks === undefined) return age >= LONGEST_MS;
    const mark = marks.known.get(task.pull?.number ?? 0);
    if (mark === undefined) return marks.lookAnyway || age >= BLIND_MS;
    return mark !== last.mark || age >= LONGEST_MS;
  }

  return {
    async due(forge, tasks, changed) {
      const reviewed = tasks.filter(followsPull).filter(({ pull }) => pull !== undefined);
      forget(looks, { forge, reviewed });
      const marks = await marksOf(forge, reviewed);
      return reviewed.flatMap((task) => {
        const number = task.pull?.number ?? 0;
        if (!changed.has(number) && !isDue(task, marks)) return [];
        const looked = (): void => {
          // A mark that nobody asked for stays the one of before, so that a change in between is seen later.
          const mark = marks === undefined ? looks.get(taskKey(task))?.mark : marks.known.get(number);
          looks.set(taskKey(task), { mark, version: task.version, at: clock.now() });
        };
        return [{ task, looked }];
      });
    },
  };
}

type Looks = Map<TaskKey, Look>;

interface Marks {
  readonly known: ReadonlyMap<number, string>;
  /** The forge has no marks: everything is looked at each time. */
  readonly lookAnyway: boolean;
}

/** Time alone changes what is seen of it, and no mark shows that. */
function isSettling({ seen, heard }: Following): boolean {
  if (seen === undefined) return true;
  if (seen.state !== "open") return false;
  if (seen.mergeable === "unknown") return true;
  // The end of its run is waited for.
  if (seen.checks === "failing" && heard?.failed !== seen.head) return true;
  return !seen.quiet && (seen.checks === "none" || seen.checks === "passing");
}

/** Drops the looks at tasks of this project that are not in review any more. */
function forget(looks: Looks, { forge, reviewed }: { forge: Forge; reviewed: readonly Task[] }): void {
  const kept = new Set(reviewed.map((task) => taskKey(task)));
  for (const key of looks.keys()) if (key.startsWith(`${forge.project}#`) && !kept.has(key)) looks.delete(key);
}
