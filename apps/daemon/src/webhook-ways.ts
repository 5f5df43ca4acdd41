import type { Clock, ForgeChanges, ForgeHint, Logger, ProjectId, Timer, WebhookHealth } from "@orch/core";

/** So long a delivery may take to arrive after polling found what it is about. */
const GRACE_MS = 30_000;
/** How far the clocks of a forge and of this machine may be apart. */
const SKEW_MS = 60_000;
const MOST_ARRIVALS = 10_000;

/** Why webhooks of one project don't arrive although the listener answers. */
export type BrokenWay = Extract<
  Extract<WebhookHealth, { readonly mode: "polling" }>["why"],
  "no_hook" | "undelivered" | "refused"
>;

/** A webhook that came, and what it is about. */
export interface Arrival {
  readonly project: ProjectId;
  readonly hints: readonly ForgeHint[];
}

/** Of which projects webhooks arrive. */
export interface WebhookWays extends Disposable {
  /** Undefined: nothing is known to be wrong. */
  why(project: ProjectId): BrokenWay | undefined;
  /** A webhook about a project arrived. */
  arrived(arrival: Arrival): void;
  /** Polling found these changes: webhooks should have told of them by now, or soon. */
  found(project: ProjectId, changes: Pick<ForgeChanges, "issues" | "comments">): void;
  /** What a look at the forge's own list says of a project's way; undefined: it is well. */
  judge(project: ProjectId, why: BrokenWay | undefined): void;
  /** Who is told when polling found a change that no webhook told of in time; one at a time. */
  onMissed(tell: (project: ProjectId) => void): void;
  /** How many changes polling found that no webhook had told of, since one arrived last. */
  missed(project: ProjectId): number;
  /** Something has happened in a project since this was asked last. */
  takeNews(project: ProjectId): boolean;
}

/** What ways are judged with. */
export interface WebhookWaysOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** When the present listener began (epoch milliseconds), and how often it is looked at; undefined: there is none. */
  readonly listener: () => { readonly since: number; readonly checkMs: number } | undefined;
}

/** What is known of the way from a project's forge to here. */
interface Way {
  /** When a webhook told last of an issue or pull request. */
  readonly arrivals: Map<number, number>;
  readonly missed: Set<string>;
  why: BrokenWay | undefined;
}

interface Change {
  readonly thread: number;
  readonly at: number;
}

const WORDS: Readonly<Record<BrokenWay, string>> = {
  no_hook: "no hook of the repository leads here",
  undelivered: "what GitHub sends does not arrive; see: orch webhook status --forge",
  refused: "the hook has another secret than this daemon",
};

/** Makes the ways; what changes is told in the log. */
export function createWebhookWays({ clock, logger, listener }: WebhookWaysOptions): WebhookWays {
  const ways = new Map<ProjectId, Way>();
  const news = new Set<ProjectId>();
  const timers = new Set<Timer>();
  let tellMissed: (project: ProjectId) => void = () => undefined;

  function wayOf(project: ProjectId): Way {
    const way = ways.get(project) ?? newWay();
    ways.set(project, way);
    return way;
  }

  function judge(project: ProjectId, why: BrokenWay | undefined): void {
    const way = wayOf(project);
    if (way.why === why) return;
    const was = way.why;
    way.why = why;
    if (why === undefined) {
      way.missed.clear();
      logger.info({ project }, "exiting polling fallback mode: webhooks arrive");
    } else if (was === undefined) {
      logger.warn({ project, why }, `entering polling fallback mode: ${WORDS[why]}`);
    }
  }

  /** Whether a webhook told of a change, or tells of it in time. */
  function expectArrival(project: ProjectId, change: Change): void {
    const way = wayOf(project);
    const listening = listener();
    if (listening === undefined || change.at < listening.since || isTold(way, change)) return;
    const waiting = clock.after(Math.min(GRACE_MS, listening.checkMs), () => {
      timers.delete(waiting);
      if (isTold(way, change)) return;
      way.missed.add(`${change.thread} ${change.at}`);
      tellMissed(project);
    });
    timers.add(waiting);
  }

  return {
    why: (project) => ways.get(project)?.why,
    arrived({ project, hints }) {
      const way = wayOf(project);
      news.add(project);
      way.missed.clear();
      for (const hint of hints) if (hint.about !== "commit") way.arrivals.set(hint.number, clock.now());
      if (way.arrivals.size > MOST_ARRIVALS) way.arrivals.clear();
      judge(project, undefined);
    },
    found(project, { issues, comments }) {
      if (issues.length + comments.length > 0) news.add(project);
      for (const { id, updatedAt } of issues) expectArrival(project, { thread: Number(id), at: updatedAt });
      for (const { thread, updatedAt } of comments) expectArrival(project, { thread, at: updatedAt });
    },
    judge,
    onMissed: (tell) => void (tellMissed = tell),
    missed: (project) => ways.get(project)?.missed.size ?? 0,
    takeNews: (project) => news.delete(project),
    [Symbol.dispose]() {
      for (const waiting of timers) waiting.cancel();
    },
  };
}

function newWay(): Way {
  return { arrivals: new Map(), missed: new Set(), why: undefined };
}

function isTold({ arrivals }: Way, { thread, at }: Change): boolean {
  return (arrivals.get(thread) ?? 0) >= at - SKEW_MS;
}
