import type { Attempt, StepRecord } from "../attempt.ts";
import type { Effect, QueueName } from "../effect.ts";
import type { PortBlock, PortLease } from "../environment.ts";
import type { AttemptRef, ProjectId, TaskId, TaskRef } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Receipt } from "../receipt.ts";
import type { StoredEvent, TaskEvent } from "../task-event.ts";
import type { Task, TaskStatus } from "../task.ts";

/** What limits are about: `{agent, model, project}`. */
export type Dims = Readonly<Record<string, string>>;

/** How many running jobs a dimension's value may have: Infinity is free, 0 is never on this host. */
export type Limits = (dimension: string, value: string) => number;

/** A job to enqueue: an effect with its conditions. */
export interface NewJob {
  readonly queue: QueueName;
  /** Unique for ever: the same key again changes nothing. */
  readonly key: string;
  /** At most one job of a queue with the same `exclusive` runs at a time. */
  readonly exclusive: string;
  readonly dims: Dims;
  readonly priority: number;
  /** Hidden until then (epoch milliseconds); 0: due at once. */
  readonly notBefore: number;
  readonly effect: Effect;
}

/** A lease on a job: survives the process. `fence` grows with every claim and adoption; only the newest is obeyed. */
export interface Token {
  readonly job: number;
  readonly fence: number;
}

/** A claimed job. */
export interface Lease extends Token {
  readonly queue: QueueName;
  readonly key: string;
  readonly effect: Effect;
  readonly dims: Dims;
  /** How often it was claimed, this time included. */
  readonly tries: number;
}

/** What becomes of a claimed job. */
export type Settlement =
  | { readonly as: "complete" }
  /** Back into the queue, hidden until `notBefore`. */
  | { readonly as: "retry"; readonly notBefore: number; readonly error: string }
  /** Never again; kept for a person to see. */
  | { readonly as: "dead"; readonly error: string };

/** An event to append. */
export interface NewEvent extends TaskRef {
  readonly key: string;
  readonly at: number;
  readonly actor: string;
  readonly event: TaskEvent;
  readonly status: TaskStatus;
}

/** A change of a projection. */
export type DomainWrite =
  | { readonly kind: "task:put"; readonly task: Task }
  | { readonly kind: "attempt:put"; readonly attempt: Attempt }
  | { readonly kind: "step:put"; readonly step: StepRecord }
  | { readonly kind: "receipt:put"; readonly attempt: AttemptRef; readonly receipt: Receipt }
  | {
      readonly kind: "metric:add";
      readonly name: string;
      readonly dims: Dims;
      readonly value: number;
      readonly at: number;
    }
  | {
      readonly kind: "cursor:put";
      readonly name: string;
      readonly value: Json;
      /** The unit is a `conflict` where another value is kept by then; `null`: where there is one. Absent: whatever is kept. */
      readonly was?: Json;
    }
  /** Gives a task its ports; the unit is a `conflict` where it has some already, or another task one of these. */
  | { readonly kind: "ports:lease"; readonly task: TaskRef; readonly block: PortBlock }
  /** Harmless for a task without ports. */
  | { readonly kind: "ports:free"; readonly task: TaskRef };

/**
 * Atomic work as a value: all of it happens, or nothing. No transaction handle leaves the store, so no caller can hold
 * one across an await (DISTRIBUTED section 4).
 */
export interface Unit {
  /** Abort with `conflict` unless the task has this version; 0: the task does not exist yet. */
  readonly expect?: { readonly task: TaskRef; readonly version: number };
  /** Abort with `fenced` unless this lease is still ours. */
  readonly holding?: Token;
  /** Settles `holding`. */
  readonly settle?: Settlement;
  readonly events?: readonly NewEvent[];
  readonly writes?: readonly DomainWrite[];
  readonly enqueue?: readonly NewJob[];
  /** Keys of jobs to end: a queued one never runs, the holder of a running one is fenced. */
  readonly cancel?: readonly string[];
}

/** What became of a unit. On `duplicate`, an event with one of the keys was there before: `of` is that event. */
export type CommitResult =
  | { readonly ok: true; readonly seq: number }
  | { readonly ok: false; readonly why: "fenced" | "conflict" }
  | { readonly ok: false; readonly why: "duplicate"; readonly of: StoredEvent };

/** Which tasks to list; all conditions hold together. Newest first. */
export interface TaskFilter {
  readonly project?: ProjectId;
  readonly statuses?: readonly TaskStatus[];
  readonly source?: string;
  readonly parent?: TaskId;
  /** At most this many; 1 to 10,000. */
  readonly limit: number;
}

/** What to claim, and under which identity. */
export interface ClaimRequest {
  readonly queue: QueueName;
  readonly max: number;
  /** The host's id, the same over restarts of its daemon. */
  readonly host: string;
  readonly leaseMs: number;
  readonly now: number;
  readonly limits: Limits;
}

/** A job as people see it. */
export interface JobView {
  readonly queue: QueueName;
  readonly key: string;
  readonly state: "queued" | "running" | "done" | "dead";
  readonly tries: number;
  readonly notBefore: number;
  readonly host?: string;
  readonly leaseUntil?: number;
  readonly error?: string;
  readonly effect: Effect;
}

/** A sum of metric values with equal name and dimensions. */
export interface MetricSum {
  readonly name: string;
  readonly dims: Dims;
  readonly sum: number;
  readonly count: number;
}

/**
 * Durability: the one door through which state changes (law 1).
 *
 * Contract (`describeStore` in `@orch/testing` checks it): a commit is atomic and durable when its promise resolves;
 * versions and fences are checked inside the transaction; an event key or job key is accepted once, for ever; jobs are
 * claimed by priority down, then in enqueue order, never before `notBefore`, never two with the same queue and
 * `exclusive` at a time, never over a limit; a job is held by one token at a time; no port is leased to two tasks; reads
 * see all earlier commits of the same process. Methods throw `store_failed` or `disk_full`; expected outcomes are values.
 */
export interface Store extends AsyncDisposable {
  commit(unit: Unit): Promise<CommitResult>;
  /** The next internal task number of a project: 1, 2, …; may leave gaps, never repeats. */
  nextTaskNumber(project: ProjectId): Promise<number>;

  task(ref: TaskRef): Promise<Task | undefined>;
  tasks(filter: TaskFilter): Promise<readonly Task[]>;
  /** How many tasks there are per status; statuses without tasks are absent. */
  taskCounts(project?: ProjectId): Promise<Partial<Readonly<Record<TaskStatus, number>>>>;
  /** The tasks of the same project that name this one in `dependsOn`. */
  dependents(ref: TaskRef): Promise<readonly TaskRef[]>;
  attempt(ref: AttemptRef): Promise<Attempt | undefined>;
  /** Oldest first. */
  attempts(ref: TaskRef): Promise<readonly Attempt[]>;
  /** In the order of their start. */
  steps(ref: AttemptRef): Promise<readonly StepRecord[]>;
  /** One per check and commit, of its newest run; in the order of the first runs. */
  receipts(ref: AttemptRef): Promise<readonly Receipt[]>;
  /** Events with `seq` greater than `after`, in order, at most `limit`. */
  events(query: {
    readonly after: number;
    readonly limit: number;
    readonly task?: TaskRef;
  }): Promise<readonly StoredEvent[]>;
  cursor(name: string): Promise<Json | undefined>;
  /** Which tasks have which ports, lowest first; with `task`, that one alone. */
  portLeases(task?: TaskRef): Promise<readonly PortLease[]>;
  metrics(query: { readonly name: string; readonly since: number }): Promise<readonly MetricSum[]>;
  /** Newest first; with `keys`, only jobs that have one of them. */
  jobs(query: {
    readonly states: readonly JobView["state"][];
    readonly keys?: readonly string[];
    readonly limit: number;
  }): Promise<readonly JobView[]>;

  claim(request: ClaimRequest): Promise<readonly Lease[]>;
  /** Prolongs leases; those in `lost` are not ours any more: stop what runs under them. */
  heartbeat(beat: { readonly tokens: readonly Token[]; readonly leaseMs: number; readonly now: number }): Promise<{
    readonly lost: readonly Token[];
  }>;
  /** Takes over the running jobs of this host's previous process: each gets a new fence, the old ones are refused. */
  adopt(taker: { readonly host: string; readonly leaseMs: number; readonly now: number }): Promise<readonly Lease[]>;
  /** Gives jobs whose lease has run out back to the queue; how many. */
  expireLeases(now: number): Promise<number>;
  /** When the next hidden job of a queue is due, or its soonest lease runs out; undefined: never. A job that is due and waits for room does not count. */
  nextDue(queue: QueueName): Promise<number | undefined>;
  /** Calls the listener after a commit that may have made a job of the queue due, or appended an event. A hint: losing one must cost a poll, not work. */
  onWake(listener: (what: QueueName | "events") => void): () => void;
}
