import { asOrchError, type OrchError, type ProjectId } from "@orch/core";

import type { EngineDeps } from "../deps.ts";

/** How a look went. */
export type Looked<Value> =
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "failed"; readonly error: OrchError };

/** Runs the parts of what is looked at on a forge, each for itself: one that is refused rests alone. */
export interface Calm {
  /** Runs a part, unless it rests: then, as when it fails, gives what it rests for. Never rejects. */
  run<Value>(part: string, look: () => Promise<Value>): Promise<Looked<Value>>;
  /** When a part that rests may be run again (epoch milliseconds); undefined: now. */
  restsUntil(part: string): number | undefined;
}

/** A calm of one project's forge; what can't be reached is told of once. */
export function createCalm({ clock, logger }: Pick<EngineDeps, "clock" | "logger">, project: ProjectId): Calm {
  const resting = new Map<string, { readonly until: number; readonly error: OrchError }>();

  function restOf(part: string): { readonly until: number; readonly error: OrchError } | undefined {
    const rest = resting.get(part);
    return rest !== undefined && rest.until > clock.now() ? rest : undefined;
  }
  return {
    async run(part, look) {
      const rest = restOf(part);
      if (rest !== undefined) return { kind: "failed", error: rest.error };
      try {
        const value = await look();
        if (resting.delete(part) && resting.size === 0) logger.info({ project }, "the forge answers again");
        return { kind: "done", value };
      } catch (thrown) {
        const error = asOrchError(thrown);
        if (resting.size === 0) logger.warn({ project, part, error }, "the forge could not be read; orch tries again");
        resting.set(part, { until: retryTime(error) ?? 0, error });
        return { kind: "failed", error };
      }
    },
    restsUntil: (part) => restOf(part)?.until,
  };
}

/** When the forge takes such requests again, where it says so. */
function retryTime({ details }: OrchError): number | undefined {
  const { retryAt } = details as { readonly retryAt?: unknown };
  return typeof retryAt === "number" ? retryAt : undefined;
}

/** True for a failure of the forge or of this machine, and not of what was looked at: then all else waits as well. */
export function isOfAll(error: OrchError): boolean {
  if (error.code === "forge_unreachable") return retryTime(error) !== undefined;
  return STOPS.has(error.code);
}

const STOPS: ReadonlySet<string> = new Set([
  "forge_limited",
  "forge_unauthorized",
  "forge_replaced",
  "store_failed",
  "disk_full",
  "interrupted",
]);
