import { isOrchError, type Clock, type Deliveries, type Logger, type ProjectId } from "@orch/core";

import type { GitHubHook, GitHubHooks, ListedDelivery } from "../hooks.ts";
import type { Webhooks } from "./create-webhooks.ts";
import { SOURCE } from "./take-delivery.ts";
import { webhookPaths } from "./take-request.ts";

/** So far back a list is read when it is read for the first time, in milliseconds. */
const FIRST_MS = 24 * 60 * 60 * 1000;
/** A list may show a try some time after later ones: so far back is read again, in milliseconds. */
const OVERLAP_MS = 5 * 60 * 1000;
const HEARD_MS = 30 * 24 * 60 * 60 * 1000;
const LONGEST_LIST = 1000;
const MOST_TAKEN = 100;
/** So many names of fetched deliveries are kept in memory. */
const MOST_FETCHED = 10_000;

/** What GitHub's list of deliveries says of the way to this machine. */
export interface HookReport {
  /**
   * `well`: the newest delivery arrived, or there was none; `undelivered`: it did not, and got no answer or an error on
   * the way; `refused`: it was signed with a secret that is not known here; `no_hook`: no hook leads here; `denied`: the
   * token may not see hooks.
   */
  readonly state: "well" | "undelivered" | "refused" | "no_hook" | "denied";
  readonly hooks: readonly GitHubHook[];
  /** How many deliveries had not arrived and were taken from the list. */
  readonly taken: number;
  /** How many more there were: polling finds what they were about. */
  readonly left: number;
}

/** What catching up works with. */
export interface CatchUpOptions {
  readonly webhooks: Pick<Webhooks, "takeListed">;
  readonly deliveries: Pick<Deliveries, "find" | "hooks">;
  /** Where it is kept how far lists were read, by name. */
  readonly cursors: { read(name: string): Promise<unknown>; write(name: string, at: number): Promise<void> };
  /** How many are taken in one look (100): each costs a request. */
  readonly mostTaken?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One repository whose deliveries are looked through. */
export interface CatchUpPlace {
  readonly project: ProjectId;
  /** `owner/name`. */
  readonly repository: string;
  readonly hooks: GitHubHooks;
  /** Deliveries from before say nothing about the way: nobody listened then. Epoch milliseconds. */
  readonly listeningSince: number;
}

/** Takes from GitHub's own list what never arrived. */
export interface CatchUp {
  /** Throws what the forge throws, except that a token without the right is a report. */
  look(place: CatchUpPlace): Promise<HookReport>;
}

interface List {
  readonly missed: readonly Missed[];
  readonly state: "well" | "undelivered" | "refused";
  /** Remembers that the list was read. */
  done(): Promise<void>;
}

interface Missed {
  readonly hook: string;
  readonly last: ListedDelivery;
}

/** Makes it. A delivery is known by its name, so that one that arrives later as well is not taken twice. */
export function createCatchUp(options: CatchUpOptions): CatchUp {
  const { webhooks, deliveries, cursors, clock, logger, mostTaken = MOST_TAKEN } = options;
  /** Known because they were fetched: that says nothing good about the way. */
  const fetched = new Set<string>();

  /** What of a hook's list is not in the record, oldest first, and whether the newest arrived. */
  async function readList(place: CatchUpPlace, hook: string): Promise<List> {
    const name = `webhooks:listed ${place.project} ${hook}`;
    const now = clock.now();
    const cursor = await cursors.read(name);
    const since = typeof cursor === "number" ? cursor - OVERLAP_MS : now - FIRST_MS;
    const rows = await place.hooks.deliveries({ hook, since, limit: LONGEST_LIST });
    const missed: Missed[] = [];
    let state: List["state"] = "well";
    for (const last of lastTries(rows)) {
      const isKnown = (await deliveries.find({ source: SOURCE, delivery: last.delivery })) !== undefined;
      if (!isKnown) missed.push({ hook, last });
      const hasArrived = (isKnown && !fetched.has(last.delivery)) || isGood(last);
      if (last.at >= place.listeningSince) state = hasArrived ? "well" : badState(last);
    }
    return { missed, state, done: () => cursors.write(name, now) };
  }

  async function take(place: CatchUpPlace, missed: readonly Missed[]): Promise<number> {
    let taken = 0;
    for (const { hook, last } of missed) {
      const { event, delivery, id } = last;
      const payload = await place.hooks.payload({ hook, id });
      if (fetched.size >= MOST_FETCHED) fetched.clear();
      fetched.add(delivery);
      const outcome = await webhooks.takeListed({ hook, delivery, event, payload });
      if (outcome !== "duplicate_delivery") taken += 1;
    }
    return taken;
  }

  async function lookThrough(place: CatchUpPlace): Promise<HookReport> {
    const { project } = place;
    const hooks = await ownHooks(place, options);
    const lists = await Promise.all(hooks.map(({ hook }) => readList(place, hook)));
    const missed = lists.flatMap((list) => list.missed);
    const left = Math.max(missed.length - mostTaken, 0);
    const taken = await take(place, missed.slice(left));
    if (taken > 0) logger.info({ project, taken, left }, "webhooks that never arrived were taken from GitHub's list");
    // Only now: whoever dies in between reads the same again.
    for (const list of lists) await list.done();
    return { state: stateOf(lists.map(({ state }) => state)), hooks, taken, left };
  }

  return {
    async look(place) {
      try {
        return await lookThrough(place);
      } catch (error) {
        // Those who may not see hooks are told that there are none.
        if (!isOrchError(error, "forge_denied") && !isOrchError(error, "forge_missing")) throw error;
        return { state: "denied", hooks: [], taken: 0, left: 0 };
      }
    },
  };
}

/** The hooks that lead here: an App's own, those that something came from, else those whose address ends as ours does. */
async function ownHooks(
  { repository, hooks }: CatchUpPlace,
  { deliveries, clock }: CatchUpOptions,
): Promise<readonly GitHubHook[]> {
  const all = await hooks.list();
  const heard = await deliveries.hooks(clock.now() - HEARD_MS);
  const isOwn = ({ hook }: GitHubHook): boolean =>
    hook === "app" ||
    heard.some((each) => each.hook === hook && each.repository.toLowerCase() === repository.toLowerCase());
  const known = all.filter((hook) => isOwn(hook));
  const leading = all.filter(({ url }) => webhookPaths.has(URL.parse(url)?.pathname ?? ""));
  return (known.length > 0 ? known : leading).filter(({ active, url }) => active && url !== "");
}

/** The last try of each delivery, oldest first. */
function lastTries(newestFirst: readonly ListedDelivery[]): readonly ListedDelivery[] {
  return [...new Map(newestFirst.toReversed().map((row) => [row.delivery, row])).values()];
}

function isGood({ status }: ListedDelivery): boolean {
  return status >= 200 && status < 300;
}

function badState({ status }: ListedDelivery): "refused" | "undelivered" {
  return status === 401 ? "refused" : "undelivered";
}

/** Several hooks may lead here; one that works is enough. */
function stateOf(states: readonly List["state"][]): HookReport["state"] {
  return states.includes("well") ? "well" : (states[0] ?? "no_hook");
}
