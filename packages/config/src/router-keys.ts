import { z } from "zod";

import { defaults } from "./defaults.ts";
import { suggestionsText } from "./suggested-models.ts";
import { count, days, duration, key, names, percent, text } from "./written-values.ts";

/** Who does a task. */
export const router = z.strictObject({
  mode: key(
    z.enum(["round_robin", "llm"], "must be round_robin or llm"),
    "How an agent is chosen when nobody pinned one: by turns, or by a model that classifies the task.",
    defaults.router.mode,
  ),
  agents: key(names, "Agents that take part, in order; without it all configured ones."),
  disabled_agents: key(names, "Agents that take no part; pins still reach them."),
  fallback_executor: key(
    text,
    "Agent taken when none of `router.agents` is available, or when the classification failed; `round_robin`: turns.",
  ),
  weighted_round_robin: key(
    z.boolean("must be true or false"),
    "Chooses agents that ran into limits less often for a while; comes before `router.mode`.",
    defaults.router.weighted_round_robin,
  ),
  learn: key(
    z.union([z.boolean(), z.literal("shadow")], { error: "must be true, false or shadow" }),
    "Learns from what landed who is good at what; comes before weights and `router.mode`. `shadow`: only tells what it would have chosen.",
    defaults.router.learn,
  ),
  learn_half_life_days: key(
    days.min(1, "must be at least 1"),
    "With `learn`: after so many days a task counts half; after four times as many it is forgotten.",
    defaults.router.learn_half_life_days,
  ),
  learn_share_percent: key(
    percent.min(1, "must be at least 1"),
    "With `learn`: the least part of all choices for each available agent, whatever is known of it.",
    defaults.router.learn_share_percent,
  ),
  learn_min_tasks: key(
    count.max(1000),
    "With `learn`: an agent with fewer decided tasks keeps its fair turns.",
    defaults.router.learn_min_tasks,
  ),
  learn_min_landed_percent: key(
    percent,
    "With `learn`: an agent that lands less of its tasks gets its least part alone, unless nobody else is there.",
    defaults.router.learn_min_landed_percent,
  ),
  learn_cost_percent: key(
    percent,
    "With `learn`: the most that its cost takes from an agent's reward, where 100 is a task that landed as it was made.",
    defaults.router.learn_cost_percent,
  ),
  suggest_models: key(
    z.boolean("must be true or false"),
    `Suggests a model by complexity where neither \`model_map\` nor the agent's own says one: ${suggestionsText()}.`,
    defaults.router.suggest_models,
  ),
  agent: key(
    text.min(1),
    "With `mode: llm`: the agent whose program classifies; without it the first that takes part.",
  ),
  model: key(text.min(1), "With `mode: llm`: its model; a small one is enough."),
  timeout_seconds: key(duration, "With `mode: llm`: longest wait for the answer.", defaults.router.timeout_seconds),
  max_route_attempts: key(
    count,
    "With `mode: llm`: failed questions about a task after which agents take turns.",
    defaults.router.max_route_attempts,
  ),
  allowed_tools: key(names, "With `mode: llm`: tools that every profile holds."),
  default_skills: key(names, "Ids of skills that every task gets."),
});
