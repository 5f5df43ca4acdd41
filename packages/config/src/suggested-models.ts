import type { AgentSettings, SuggestedModels } from "@orch/core";

/**
 * Models by tier for a driver's own service, as they were on the day in `asOf` (seed row A49, rule U29). Claude Code
 * resolves its aliases itself; codex's are of its own catalogue, each with a price. OpenCode, Kimi and MiniMax offer
 * what the login or the service has, so nothing is suggested there.
 */
export const suggestedModels: {
  readonly asOf: string;
  readonly drivers: Readonly<Record<string, SuggestedModels>>;
} = {
  asOf: "2026-11-27",
  drivers: {
    claude: { simple: "haiku", medium: "sonnet", complex: "opus", review: "sonnet" },
    codex: { simple: "gpt-6-luna", medium: "gpt-6-sol", complex: "gpt-6.1-sol", review: "gpt-6-sol" },
  },
};

/** The suggestions in words, for documents. */
export function suggestionsText(): string {
  const { asOf, drivers } = suggestedModels;
  const lines = Object.entries(drivers).map(
    ([driver, { simple, medium, complex, review }]) =>
      `\`${driver}\` ${simple}, ${medium}, ${complex}, and ${review} for reviews`,
  );
  return `${lines.join("; ")} (as of ${asOf})`;
}

/** Variables with which an agent is sent to another service, or to another model. */
const ELSEWHERE = /(?:BASE_URL|API_BASE|ENDPOINT|_MODEL|_USE_(?:BEDROCK|VERTEX|FOUNDRY))$/;

/** What is suggested for an agent; undefined: its model is chosen, or its service may have none of these. */
export function suggestionFor(agent: AgentSettings): SuggestedModels | undefined {
  const { driver, command, args, env, options, accounts = [] } = agent;
  if (agent.model !== undefined || agent.models !== undefined || agent.endpoints !== undefined) return undefined;
  // A wrapper of another name may lead anywhere.
  const isItself = command.length === 1 && command[0]?.split("/").at(-1) === driver;
  const variables = [env, ...accounts.map((account) => account.env)].flatMap((each) => Object.keys(each));
  const isElsewhere =
    options["provider"] !== undefined ||
    variables.some((name) => ELSEWHERE.test(name)) ||
    args.some((arg) => arg === "-m" || arg.includes("model"));
  const { drivers } = suggestedModels;
  return isItself && !isElsewhere && Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
}
