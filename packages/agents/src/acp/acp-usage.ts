import { addUsage, noUsage, type Usage } from "@orch/core";
import { fieldAt, numberAt, textAt } from "@orch/parser/text";

import type { AcpTalk } from "./acp-talk.ts";

/** What is known of a conversation's tokens. */
export interface AcpAccount {
  /** What has been told of them. */
  told: Usage;
  /** What the ends of turns have said. */
  said: Usage;
  /** Tokens in the agent's context, as it told last. */
  context: number;
  /** The most of them during the model request that runs. */
  request: number;
  /** The session's cost so far in dollars, where the agent tells it. */
  cost: number;
}

/** Of a conversation that has not begun. */
export function emptyAccount(): AcpAccount {
  return { told: noUsage, said: noUsage, context: 0, request: 0, cost: 0 };
}

/** The next that is told of the context is about another model request: a turn begins, or a tool call has ended. */
export function startRequest({ account }: AcpTalk): void {
  account.request = 0;
}

/**
 * Follows `usage_update` in a turn: each model request reads at least the whole context, of which at most what was there
 * before came from a cache. That is a lower bound (two requests without a tool call between them count as one), which
 * the turn's end puts right. Beside it, the difference of the cost.
 */
export function followUse(talk: AcpTalk, update: unknown): void {
  const { account } = talk;
  const { context, request, cost } = account;
  noteUse(talk, update);
  const inputTokens = account.context - request;
  if (inputTokens > 0) {
    account.request = account.context;
    const grown = Math.max(0, account.context - context);
    tell(talk, { inputTokens, cachedInputTokens: Math.max(0, inputTokens - grown), outputTokens: 0 });
  }
  const costUsd = account.cost - cost;
  if (costUsd > 0) talk.host.emit({ type: "usage", usage: { ...noUsage, costUsd } });
}

/** Keeps what the session holds and has cost so far, and tells nothing. */
export function noteUse({ account }: AcpTalk, update: unknown): void {
  account.context = numberAt(update, "used") ?? account.context;
  const amount = numberAt(update, "cost", "amount");
  if (amount === undefined || textAt(update, "cost", "currency") !== "USD") return;
  account.cost = Math.max(account.cost, amount);
}

/** The tokens that come with a turn's end take the place of what was reckoned, unless they are fewer than that. */
export function settleTurn(talk: AcpTalk, result: unknown): void {
  const usage = fieldAt(result, "usage");
  if (usage === undefined) return;
  const { account } = talk;
  account.said = addUsage(account.said, usageOf(usage));
  const { said, told } = account;
  // Of a turn that was broken off, some agents tell nothing, and all of it with the next.
  if (total(said) < total(told)) return;
  const rest = {
    inputTokens: said.inputTokens - told.inputTokens,
    cachedInputTokens: said.cachedInputTokens - told.cachedInputTokens,
    outputTokens: said.outputTokens - told.outputTokens,
  };
  if (Object.values(rest).some((count) => count !== 0)) tell(talk, rest);
}

function usageOf(usage: unknown): Usage {
  const count = (name: string): number => numberAt(usage, name) ?? 0;
  const cached = count("cachedReadTokens");
  return {
    inputTokens: count("inputTokens") + cached + count("cachedWriteTokens"),
    cachedInputTokens: cached,
    outputTokens: count("outputTokens"),
  };
}

function total({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}

function tell({ account, host }: AcpTalk, usage: Usage): void {
  account.told = addUsage(account.told, usage);
  host.emit({ type: "usage", usage });
}
