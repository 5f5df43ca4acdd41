import type { Settlement } from "@orch/core";

/** A job as the model knows it. */
export interface ModelJob {
  readonly key: string;
  readonly exclusive: string;
  readonly agent: string;
  readonly priority: number;
  notBefore: number;
  state: "queued" | "running" | "done" | "dead";
  fence: number;
  tries: number;
  host: string | undefined;
  leaseUntil: number;
}

/** What a claim gave, in the model and in the store. */
export interface ModelLease {
  readonly key: string;
  readonly fence: number;
  readonly tries: number;
}

/** The job rules of the port over one list, in enqueue order. */
export interface JobsModel {
  readonly jobs: readonly ModelJob[];
  enqueue(job: Pick<ModelJob, "key" | "exclusive" | "agent" | "priority" | "notBefore">): void;
  claim(by: {
    readonly host: string;
    readonly max: number;
    readonly now: number;
    readonly leaseMs: number;
    readonly perAgent: number;
  }): readonly ModelLease[];
  /** False: the lease is not held any more. */
  settle(lease: ModelLease, settlement: Settlement): boolean;
  /** Those of the leases that are lost. */
  heartbeat(leases: readonly ModelLease[], leaseUntil: number): readonly ModelLease[];
  adopt(host: string, leaseUntil: number): readonly ModelLease[];
  expire(now: number): number;
  nextDue(now: number): number | undefined;
}

const ends = { complete: "done", retry: "queued", dead: "dead" } as const;

/** An empty model, written the simplest way. */
export function createJobsModel(): JobsModel {
  const jobs: ModelJob[] = [];
  const held = (lease: ModelLease): ModelJob | undefined =>
    jobs.find((job) => job.key === lease.key && job.fence === lease.fence && job.state === "running");
  const leaseOf = ({ key, fence, tries }: ModelJob): ModelLease => ({ key, fence, tries });
  const running = (): readonly ModelJob[] => jobs.filter((job) => job.state === "running");

  return {
    jobs,
    enqueue(job) {
      if (jobs.some(({ key }) => key === job.key)) return;
      jobs.push({ ...job, state: "queued", fence: 0, tries: 0, host: undefined, leaseUntil: 0 });
    },
    claim(by) {
      const taken: ModelJob[] = [];
      for (const job of jobs.toSorted((left, right) => right.priority - left.priority)) {
        if (taken.length >= by.max || job.state !== "queued" || job.notBefore > by.now) continue;
        if (running().some(({ exclusive }) => exclusive === job.exclusive)) continue;
        if (running().filter(({ agent }) => agent === job.agent).length >= by.perAgent) continue;
        job.state = "running";
        job.fence += 1;
        job.tries += 1;
        job.host = by.host;
        job.leaseUntil = by.now + by.leaseMs;
        taken.push(job);
      }
      return taken.map(leaseOf);
    },
    settle(lease, settlement) {
      const job = held(lease);
      if (job === undefined) return false;
      job.state = ends[settlement.as];
      if (settlement.as === "retry") job.notBefore = settlement.notBefore;
      return true;
    },
    heartbeat(leases, leaseUntil) {
      return leases.filter((lease) => {
        const job = held(lease);
        if (job !== undefined) job.leaseUntil = leaseUntil;
        return job === undefined;
      });
    },
    adopt(host, leaseUntil) {
      const mine = running().filter((job) => job.host === host);
      for (const job of mine) {
        job.fence += 1;
        job.leaseUntil = leaseUntil;
      }
      return mine.map(leaseOf);
    },
    expire(now) {
      const over = running().filter((job) => job.leaseUntil <= now);
      for (const job of over) job.state = "queued";
      return over.length;
    },
    nextDue(now) {
      const hidden = jobs.filter((job) => job.state === "queued" && job.notBefore > now).map((job) => job.notBefore);
      const times = [...hidden, ...running().map((job) => job.leaseUntil)];
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}
