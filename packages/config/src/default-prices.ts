import type { PriceTable } from "@orch/core";

/**
 * List prices in US dollars per million tokens, as published on the day in `asOf`; overridden by `pricing` in the
 * configuration. A model that is not here has no cost: nothing is guessed. Claude Code's aliases stand for the newest of
 * their kind, until it names the model itself. Sources: platform.claude.com/docs (pricing)
 * and developers.openai.com/api/docs/pricing: a request of a gpt-6 with more than 272,000 tokens costs twice as much for
 * input and half as much again for output; one of claude-haiku-5-5 with more than 100,000 five times as much.
 */
export const defaultPrices: PriceTable = {
  asOf: "2026-10-24",
  models: {
    "gpt-6.1-sol": {
      input: 2,
      cachedInput: 0.1,
      output: 10,
      long: { over: 272_000, input: 4, cachedInput: 0.2, output: 15 },
    },
    "gpt-6-sol": {
      input: 2,
      cachedInput: 0.2,
      output: 10,
      long: { over: 272_000, input: 4, cachedInput: 0.4, output: 15 },
    },
    "gpt-6-luna": {
      input: 0.1,
      cachedInput: 0.01,
      output: 0.5,
      long: { over: 272_000, input: 0.2, cachedInput: 0.02, output: 0.75 },
    },
    "gpt-5": { input: 1.25, cachedInput: 0.125, output: 10 },
    "gpt-5-codex": { input: 1.25, cachedInput: 0.125, output: 10 },
    "gpt-5-mini": { input: 0.25, cachedInput: 0.025, output: 2 },
    "gpt-5-nano": { input: 0.05, cachedInput: 0.005, output: 0.4 },
    "gpt-5.1": { input: 1.25, cachedInput: 0.125, output: 10 },
    "gpt-5.1-codex": { input: 1.25, cachedInput: 0.125, output: 10 },
    "gpt-5.1-codex-mini": { input: 0.25, cachedInput: 0.025, output: 2 },
    "gpt-4.1": { input: 2, cachedInput: 0.5, output: 8 },
    "gpt-4.1-mini": { input: 0.4, cachedInput: 0.1, output: 1.6 },
    o3: { input: 2, cachedInput: 0.5, output: 8 },
    "o4-mini": { input: 1.1, cachedInput: 0.275, output: 4.4 },
    "claude-fable-5-1": { input: 10, cachedInput: 0.25, output: 50 },
    "claude-fable-5": { input: 10, cachedInput: 1, output: 50 },
    "claude-opus-5-5": { input: 4, cachedInput: 0.2, output: 20 },
    "claude-opus-5": { input: 5, cachedInput: 0.5, output: 25 },
    "claude-opus-4-8": { input: 5, cachedInput: 0.5, output: 25 },
    "claude-opus-4-7": { input: 5, cachedInput: 0.5, output: 25 },
    "claude-opus-4-6": { input: 5, cachedInput: 0.5, output: 25 },
    "claude-opus-4-5": { input: 5, cachedInput: 0.5, output: 25 },
    "claude-sonnet-5-5": { input: 2, cachedInput: 0.1, output: 10 },
    "claude-sonnet-5": { input: 2, cachedInput: 0.2, output: 10 },
    "claude-haiku-5-5": {
      input: 0.1,
      cachedInput: 0.01,
      output: 0.5,
      long: { over: 100_000, input: 0.5, cachedInput: 0.05, output: 2.5 },
    },
    opus: { input: 4, cachedInput: 0.2, output: 20 },
    sonnet: { input: 2, cachedInput: 0.1, output: 10 },
    haiku: {
      input: 0.1,
      cachedInput: 0.01,
      output: 0.5,
      long: { over: 100_000, input: 0.5, cachedInput: 0.05, output: 2.5 },
    },
    "claude-opus-4-1": { input: 15, cachedInput: 1.5, output: 75 },
    "claude-sonnet-4": { input: 3, cachedInput: 0.3, output: 15 },
    "claude-sonnet-4-5": { input: 3, cachedInput: 0.3, output: 15 },
    "claude-haiku-4-5": { input: 1, cachedInput: 0.1, output: 5 },
    "claude-3-5-haiku": { input: 0.8, cachedInput: 0.08, output: 4 },
  },
};
