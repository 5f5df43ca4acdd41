import type { Attempt, DomainWrite, Json, QuotaWindow, Reason, Store, Verdict } from "@orch/core";

import { changeCursor } from "./change-cursor.ts";

const MOST_FAILURES = 3;
const LONGEST_DETAIL = 200;

/** An attempt of an agent that did not pass. */
export interface AgentFailureRecord {
  /** When it ended (epoch milliseconds). */
  readonly at: number;
  readonly reason: Reason;
  readonly detail: string;
  /** Such as `owner/repo#int-5`. */
  readonly task: string;
  readonly account?: string;
  readonly model?: string;
}

/** What is known of an agent beyond its installation. */
export interface AgentHealth {
  /** Of each account, each window as it was told last. */
  readonly windows: readonly (QuotaWindow & { readonly account?: string })[];
  /** The last three, newest first. */
  readonly failures: readonly AgentFailureRecord[];
}

/** What the last attempts told of an agent; empty for one that has made none. */
export async function readHealth(store: Store, agent: string): Promise<AgentHealth> {
  return parseHealth(await store.cursor(cursorOf(agent)));
}

/** What an attempt's end tells of its agent, to be written with that end. */
export async function healthAfter(
  store: Store,
  { attempt, verdict, now }: { readonly attempt: Attempt; readonly verdict: Verdict; readonly now: number },
): Promise<readonly DomainWrite[]> {
  const { agent, account, model } = attempt.assignment;
  const told = (attempt.quota ?? []).map((window) => ({ ...window, ...(account === undefined ? {} : { account }) }));
  if (told.length === 0 && verdict.kind === "pass") return [];
  const failure: readonly AgentFailureRecord[] =
    verdict.kind === "pass"
      ? []
      : [
          {
            at: now,
            reason: verdict.reason,
            detail: verdict.detail.slice(0, LONGEST_DETAIL).toWellFormed(),
            task: `${attempt.project}#${attempt.id}`,
            ...(account === undefined ? {} : { account }),
            ...(model === undefined ? {} : { model }),
          },
        ];
  const change = (kept: Json | undefined): Json => {
    const known = parseHealth(kept);
    const others = known.windows.filter((old) => !told.some((one) => isSame(one, old)));
    const windows = [...others, ...told].map((window): Json => ({ ...window }));
    return { windows, failures: [...failure, ...known.failures].slice(0, MOST_FAILURES).map((one) => ({ ...one })) };
  };
  return [await changeCursor(store, { name: cursorOf(agent), change })];
}

type Window = AgentHealth["windows"][number];

function isSame(one: Window, other: Window): boolean {
  return one.window === other.window && one.account === other.account;
}

function cursorOf(agent: string): string {
  return `agents/health/${agent}`;
}

function parseHealth(kept: unknown): AgentHealth {
  // Written by this module alone.
  return isHealth(kept) ? kept : { windows: [], failures: [] };
}

function isHealth(value: unknown): value is AgentHealth {
  if (typeof value !== "object" || value === null) return false;
  const { windows, failures }: Partial<Record<keyof AgentHealth, unknown>> = value;
  return Array.isArray(windows) && Array.isArray(failures);
}
