import { coolingDown, type AgentName, type AgentSettings, type Cooldown, type ProjectSettings } from "@orch/core";

import { modelFamily } from "./model-family.ts";

/** What a reviewer is chosen from. */
export interface ReviewerContext {
  readonly project: ProjectSettings;
  /** Who made the change, with the model that it named or was given. */
  readonly author: { readonly agent: AgentName; readonly model?: string };
  /** Agents that are installed here, in configured order. */
  readonly available: readonly AgentName[];
  /** Those of all available agents. */
  readonly cooldowns: readonly Cooldown[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Who reviews; `log` has one line for every rule that had a say. */
export type ReviewerChoice = { readonly log: readonly string[] } & (
  | {
      readonly kind: "chosen";
      readonly agent: AgentName;
      readonly model?: string;
      readonly account?: string;
      /** One sentence. */
      readonly why: string;
    }
  | { readonly kind: "nobody"; readonly detail: string }
);

interface Candidate {
  readonly agent: AgentName;
  readonly settings: AgentSettings;
  readonly model?: string;
  readonly family: string;
}

/**
 * Chooses who reviews a change (seed row A105): an agent of another model family than the author's,
 * `workflow.review_agent` first among them; then that agent; then any other; at last the author's own, with the model of
 * the tier `review`. Whoever rests is not asked. Pure.
 */
export function chooseReviewer(context: ReviewerContext): ReviewerChoice {
  const { author, project } = context;
  const preferred = project.forge?.review.agent;
  const candidates = candidatesOf(context);
  const family = familyOfAuthor(context);
  const log = [`author: ${author.agent}, of the family ${family}`];
  if (preferred !== undefined && !candidates.some(({ agent }) => agent === preferred)) {
    log.push(`workflow.review_agent: ${preferred} is not available here`);
  }
  for (const { agent, settings, model, ...rest } of inOrder(candidates, { author: author.agent, family, preferred })) {
    const account = accountOf(context, { agent, settings, ...(model === undefined ? {} : { model }) });
    if ("rests" in account) {
      log.push(account.rests);
      continue;
    }
    const why = reasonFor({ agent, family: rest.family }, { author: author.agent, family, preferred });
    log.push(`reviewer: ${agent}, ${why}`, model === undefined ? `model: the default of ${agent}` : `model: ${model}`);
    return { kind: "chosen", agent, why, log, ...account, ...(model === undefined ? {} : { model }) };
  }
  const detail =
    candidates.length === 0 ? "No agent is available here to review." : "Every agent that could review rests.";
  return { kind: "nobody", detail, log: [...log, `nobody: ${detail}`] };
}

interface Author {
  readonly author: AgentName;
  readonly family: string;
  readonly preferred: string | undefined;
}

function candidatesOf({ available, project }: ReviewerContext): readonly Candidate[] {
  const models = project.routing?.reviewModels ?? {};
  return available.flatMap((agent) => {
    const settings = Object.hasOwn(project.agents, agent) ? project.agents[agent] : undefined;
    if (settings === undefined) return [];
    const suggested = project.routing?.suggested ?? {};
    const own = Object.hasOwn(models, agent) ? models[agent] : settings.model;
    const hint = own === undefined && Object.hasOwn(suggested, agent) ? suggested[agent]?.review : undefined;
    // Where the suggested model rests, the agent's own default may be had.
    return (hint === undefined ? [own] : [hint, undefined]).map((model) => {
      const named = model === undefined ? {} : { model };
      return { agent, settings, ...named, family: modelFamily(agent, { settings, ...named }) };
    });
  });
}

function familyOfAuthor({ author, project }: ReviewerContext): string {
  const settings = Object.hasOwn(project.agents, author.agent) ? project.agents[author.agent] : undefined;
  if (settings === undefined) return author.agent;
  return modelFamily(author.agent, { settings, ...(author.model === undefined ? {} : { model: author.model }) });
}

function inOrder(candidates: readonly Candidate[], { author, family, preferred }: Author): readonly Candidate[] {
  const rank = (one: Candidate): number => {
    if (one.agent === author) return 3;
    if (one.family !== family) return 0;
    return one.agent === preferred ? 1 : 2;
  };
  const isPreferred = (one: Candidate): number => (one.agent === preferred ? 0 : 1);
  return candidates.toSorted((left, right) => rank(left) - rank(right) || isPreferred(left) - isPreferred(right));
}

function reasonFor(one: Pick<Candidate, "agent" | "family">, { author, family, preferred }: Author): string {
  if (one.agent === author) return "the author itself, because nobody else may be asked";
  if (one.family !== family) return `of another model family (${one.family}) than the author's (${family})`;
  const because = "because none of another model family may be asked";
  return one.agent === preferred ? `by workflow.review_agent, ${because}` : `another agent than the author, ${because}`;
}

/** The first account that does not rest; one that rests is told in words. */
function accountOf(
  { cooldowns, now }: ReviewerContext,
  { agent, settings, model }: Omit<Candidate, "family">,
): { readonly account?: string } | { readonly rests: string } {
  const accounts = settings.accounts ?? [];
  const logins = accounts.length === 0 ? [{}] : accounts.map(({ name }) => ({ account: name }));
  const target = { agent, ...(model === undefined ? {} : { model }) };
  const rests = logins.map((login) => coolingDown(cooldowns, { target: { ...target, ...login }, now }));
  const free = logins.find((_login, index) => rests[index] === undefined);
  if (free !== undefined) return free;
  const first = rests.filter((rest) => rest !== undefined).toSorted((left, right) => left.until - right.until)[0];
  return {
    rests: `${agent} rests until ${new Date(first?.until ?? now).toISOString()} (${first?.reason ?? "unknown"})`,
  };
}
