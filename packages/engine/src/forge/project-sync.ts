import {
  asOrchError,
  isOrchError,
  orchError,
  taskKey,
  type Forge,
  type ForgeHint,
  type OrchError,
  type ProjectId,
  type Timer,
} from "@orch/core";
import { labelsToCreate } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";
import { createCalm, isOfAll, type Calm, type Looked } from "./calm.ts";
import { followsPull } from "./look-at-pull.ts";
import { takePushed } from "./pushed-branches.ts";
import { seePull } from "./see-pull.ts";
import { createSettling } from "./settling.ts";
import { followHint, takeChanges, takeFailed } from "./take-changes.ts";
import type { PullWatch } from "./watch-pulls.ts";

const MOST_TASKS = 10_000;
const MOST_HINTS = 1_000;

/** Keeps the tasks of one project as its forge has them. */
export interface ProjectSync {
  /** Looks at everything, part by part; hints are followed in between. Never rejects. */
  round(): Promise<void>;
  /** Looks there soon. Resolves when that was done; rejects when it failed or has to wait, and is then done later. */
  look(hint: ForgeHint): Promise<void>;
  /** Begins no more looks; resolves when the last one has ended. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly hint: ForgeHint;
  /** Who wants to know when it was looked at. */
  askers: readonly PromiseWithResolvers<void>[];
}

/** Makes the sync of one project. One look at a time: the second would read what the first is about to write. */
export function createProjectSync(
  deps: EngineDeps,
  { project, watch }: { readonly project: ProjectId; readonly watch: PullWatch },
): ProjectSync {
  const calm = createCalm(deps, project);
  const chain = createChain();
  const changed = new Set<number>();
  const pulls = (): Promise<void> => part("pulls", (forge) => watchPulls(deps, { forge, watch, changed }));
  const settling = createSettling(deps, { project, look: pulls });
  const hints = createHints(deps, { project, calm, chain, followed: () => settling.plan() });
  let labelled = false;

  /** Undefined: the project is on no forge, or nothing more is to begin. */
  async function part<Value>(name: string, look: (forge: Forge) => Promise<Value>): Promise<Value | undefined> {
    return chain.add(async () => {
      const forge = deps.forges?.of(project);
      if (forge === undefined || chain.stopped) return undefined;
      const looked = await calm.run(name, () => look(forge));
      return looked.kind === "done" ? looked.value : undefined;
    });
  }

  return {
    async round() {
      // People need the labels before the first task does.
      if (!labelled) labelled = (await part("labels", (forge) => makeLabels(deps, forge))) ?? false;
      hints.wake();
      await part("failed", (forge) => takeFailed(deps, forge));
      const page = (): Promise<boolean | undefined> =>
        part("changes", (forge) => takeChanges(deps, { forge, changed: (pull) => void changed.add(pull) }));
      while ((await page()) === true);
      await pulls();
      await settling.plan();
      await part("pushed", (forge) => takePushed(deps, forge));
    },
    look: (hint) => hints.look(hint),
    async stop() {
      settling.stop();
      hints.stop();
      await chain.stop();
    },
  };
}

interface Chain {
  readonly stopped: boolean;
  /** Runs after everything that was added before. */
  add<Value>(what: () => Promise<Value>): Promise<Value>;
  stop(): Promise<void>;
}

function createChain(): Chain {
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;
  return {
    get stopped() {
      return stopped;
    },
    add(what) {
      const done = last.then(what);
      last = done.catch(() => undefined);
      return done;
    },
    async stop() {
      stopped = true;
      await last;
    },
  };
}

/** What to look at because somebody told of it: kept until it was looked at, folded while it waits. */
function createHints(
  deps: EngineDeps,
  {
    project,
    calm,
    chain,
    followed,
  }: {
    readonly project: ProjectId;
    readonly calm: Calm;
    readonly chain: Chain;
    /** Called when all that waited was looked at. */
    readonly followed: () => Promise<void>;
  },
): { look(hint: ForgeHint): Promise<void>; wake(): void; stop(): void } {
  const waiting = new Map<string, Waiting>();
  let queued = false;
  let timer: Timer | undefined;

  function wake(): void {
    if (queued || waiting.size === 0 || chain.stopped) return;
    queued = true;
    void chain.add(followAll);
  }
  async function followAll(): Promise<void> {
    queued = false;
    await lookAtEach(waiting, async (hint) => {
      const forge = deps.forges?.of(project);
      if (chain.stopped || forge === undefined) return undefined;
      return calm.run("hints", () => followAlone(deps, { forge, hint }));
    });
    if (chain.stopped) return;
    restUntilDue();
    await followed();
  }
  function restUntilDue(): void {
    const until = calm.restsUntil("hints");
    timer?.cancel();
    if (until !== undefined && waiting.size > 0) timer = deps.clock.after(until - deps.clock.now(), wake);
  }

  return {
    async look(hint) {
      const key = hint.about === "commit" ? hint.commit : `${hint.about} ${hint.number}`;
      const known = waiting.get(key);
      if (chain.stopped) throw ended();
      if (known === undefined && waiting.size >= MOST_HINTS) throw tooMany();
      const asker = Promise.withResolvers<void>();
      const askers = [...(known?.askers ?? []), asker];
      waiting.set(key, { hint, askers });
      wake();
      await asker.promise;
    },
    wake,
    stop() {
      timer?.cancel();
      for (const entry of waiting.values()) settle(entry, ended());
    },
  };
}

/** Looks at all that waits. `look` gives undefined where nothing is to be looked at any more. */
async function lookAtEach(
  waiting: Map<string, Waiting>,
  look: (hint: ForgeHint) => Promise<Looked<OrchError | undefined> | undefined>,
): Promise<void> {
  const later = new Map<string, Waiting>();
  for (const [key, entry] of waiting) {
    // Told of once more during the look, it is looked at once more.
    waiting.delete(key);
    const looked = await look(entry.hint);
    if (looked?.kind !== "done") later.set(key, entry);
    // What the forge puts off is looked at when it answers again; what fails by itself is for whoever asked.
    if (looked !== undefined) settle(entry, looked.kind === "failed" ? looked.error : looked.value);
  }
  for (const [key, entry] of later) {
    const askers = [...entry.askers, ...(waiting.get(key)?.askers ?? [])];
    waiting.set(key, { hint: entry.hint, askers });
  }
}

function settle(entry: Waiting, error: OrchError | undefined): void {
  for (const { resolve, reject } of entry.askers) {
    if (error === undefined) resolve();
    else reject(error);
  }
  entry.askers = [];
}

function ended(): OrchError {
  return orchError("interrupted", "the engine ends before it looked there");
}

function tooMany(): OrchError {
  return orchError("forge_limited", `${MOST_HINTS} other places wait to be looked at`);
}

/** Follows a hint. Throws what is a matter of the whole forge, and gives what is one of this place alone. */
async function followAlone(
  deps: EngineDeps,
  at: { readonly forge: Forge; readonly hint: ForgeHint },
): Promise<OrchError | undefined> {
  try {
    await followHint(deps, at);
    return undefined;
  } catch (thrown) {
    const error = asOrchError(thrown);
    if (isOfAll(error)) throw error;
    deps.logger.warn({ ...at.hint, error }, "a place that a webhook told of could not be looked at");
    return error;
  }
}

/** Checks change without a word of the pull request, so those that follow theirs are watched besides. */
async function watchPulls(
  deps: EngineDeps,
  { forge, watch, changed }: { readonly forge: Forge; readonly watch: PullWatch; readonly changed: Set<number> },
): Promise<void> {
  const statuses = ["in_review", "needs_review"] as const;
  const found = await deps.store.tasks({ project: forge.project, statuses, limit: MOST_TASKS });
  const followed = found.filter(followsPull);
  const seen = new Set(changed);
  for (const { task, looked } of await watch.due(forge, followed, seen)) {
    try {
      await seePull(deps, { forge, task });
      looked();
    } catch (thrown) {
      const error = asOrchError(thrown);
      if (isOfAll(error)) throw error;
      deps.logger.warn(
        { task: taskKey(task), error },
        "a pull request could not be looked at; the next round tries again",
      );
    }
  }
  for (const number of seen) changed.delete(number);
}

/** Who may make none there works with those that are there. */
async function makeLabels(deps: EngineDeps, forge: Forge): Promise<boolean> {
  const settings = deps.projects.get(forge.project)?.forge;
  const isKnown = (await deps.store.cursor(`forge ${forge.project}`)) !== undefined;
  if (isKnown || settings === undefined) return true;
  try {
    await forge.ensureLabels(labelsToCreate(settings.labels));
  } catch (error) {
    if (!isOrchError(error, "forge_denied")) throw error;
    deps.logger.warn({ project: forge.project, error }, "the labels can't be made");
  }
  return true;
}
