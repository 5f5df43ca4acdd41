import {
  cooldownAfter,
  parseAgentName,
  reasonTable,
  withCooldown,
  type Attempt,
  type ClassifierSettings,
  type Cooldown,
  type DomainWrite,
  type Json,
  type ProjectSettings,
  type Reason,
  type Store,
  type Verdict,
} from "@orch/core";

import { changeCursor } from "./change-cursor.ts";

/** What these agents' rests are, those that are over included: they tell which account was limited last. */
export async function readCooldowns(store: Store, agents: readonly string[]): Promise<readonly Cooldown[]> {
  const known = await Promise.all(agents.map((agent) => cooldownsOf(store, agent)));
  return known.flat();
}

/** The rest that an attempt's end brings its agent, to be written with that end; nothing for most ends. */
export async function restAfter(
  store: Store,
  { attempt, verdict, now }: { readonly attempt: Attempt; readonly verdict: Verdict; readonly now: number },
): Promise<readonly DomainWrite[]> {
  const { assignment } = attempt;
  const added = cooldownAfter(verdict, { assignment, now });
  if (added === undefined) return [];
  return [await rested(store, added)];
}

/** The rest that a question's failure brings the agent that was asked. */
export async function restAfterQuestion(
  store: Store,
  {
    asked,
    verdict,
    now,
  }: {
    readonly asked: Pick<ClassifierSettings, "agent" | "model" | "account">;
    readonly verdict: Verdict;
    readonly now: number;
  },
): Promise<readonly DomainWrite[]> {
  const agent = parseAgentName(asked.agent);
  if (!agent.ok) return [];
  const { model, account } = asked;
  const who = {
    agent: agent.value,
    ...(model === undefined ? {} : { model }),
    ...(account === undefined ? {} : { account }),
  };
  const added = cooldownAfter(verdict, { assignment: who, now });
  return added === undefined ? [] : [await rested(store, added)];
}

/** A person's retry is a word that things are better now: every rest of the project's agents ends. */
export async function endRests(store: Store, project: ProjectSettings | undefined): Promise<readonly DomainWrite[]> {
  const agents = Object.keys(project?.agents ?? {});
  const known = await readCooldowns(store, agents);
  const resting = new Set(known.map(({ agent }) => agent));
  return Promise.all([...resting].map((agent) => changeCursor(store, { name: cursorOf(agent), change: () => [] })));
}

async function rested(store: Store, added: Cooldown): Promise<DomainWrite> {
  const { agent } = added;
  return changeCursor(store, {
    name: cursorOf(agent),
    change: (kept) => withCooldown(parseCooldowns(kept, agent), added).map((cooldown): Json => ({ ...cooldown })),
  });
}

async function cooldownsOf(store: Store, agent: string): Promise<readonly Cooldown[]> {
  return parseCooldowns(await store.cursor(cursorOf(agent)), agent);
}

function parseCooldowns(kept: Json | undefined, agent: string): readonly Cooldown[] {
  return Array.isArray(kept) ? kept.filter(isCooldown).filter((known) => known.agent === agent) : [];
}

function cursorOf(agent: string): string {
  return `router/cooldowns/${agent}`;
}

function isCooldown(value: unknown): value is Cooldown {
  if (typeof value !== "object" || value === null) return false;
  const fields: Partial<Record<keyof Cooldown, unknown>> = value;
  const { agent, reason, since, until, timed, account, model } = fields;
  return (
    typeof agent === "string" &&
    isReason(reason) &&
    typeof since === "number" &&
    typeof until === "number" &&
    typeof timed === "boolean" &&
    [account, model].every((name) => name === undefined || typeof name === "string")
  );
}

function isReason(value: unknown): value is Reason {
  return typeof value === "string" && Object.hasOwn(reasonTable, value);
}
