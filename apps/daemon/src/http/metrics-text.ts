import type { BudgetView } from "../forge-views.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** What is measured, as Prometheus reads it: text format 0.0.4. */
export function metricsText(facts: { readonly version: string; readonly forges: readonly BudgetView[] }): string {
  const { version, forges } = facts;
  const each = (value: (forge: BudgetView) => number | undefined): readonly Sample[] =>
    forges.flatMap((forge) => {
      const seen = value(forge);
      return seen === undefined ? [] : [[labelsOf(forge), seen] as const];
    });
  const lanes = forges.flatMap((forge) =>
    Object.entries(forge.requests).map(([lane, count]): Sample => [{ ...labelsOf(forge), lane }, count]),
  );
  return [
    family("orch_info", "gauge The version that runs", [[{ version }, 1]]),
    family("orch_forge_requests_total", "counter Requests that went out, by urgency", lanes),
    family(
      "orch_forge_unchanged_total",
      "counter Answers that had not changed (304), which cost nothing",
      each(({ unchanged }) => unchanged),
    ),
    family(
      "orch_forge_graphql_points_total",
      "counter GraphQL points that were used",
      each(({ points }) => points),
    ),
    family(
      "orch_forge_turned_away_total",
      "counter Requests that wait because of a limit or a forge that fails",
      each(({ turnedAway }) => turnedAway),
    ),
    family(
      "orch_forge_remaining",
      "gauge Requests left in this hour",
      each(({ core }) => core?.remaining),
    ),
    family(
      "orch_forge_limit",
      "gauge Requests that an hour has",
      each(({ core }) => core?.limit),
    ),
    family(
      "orch_forge_reset_seconds",
      "gauge When the hour ends, in seconds since 1970",
      each(({ core }) => seconds(core?.resetsAt)),
    ),
    family(
      "orch_forge_graphql_remaining",
      "gauge GraphQL points left in this hour",
      each(({ graphql }) => graphql?.remaining),
    ),
    family(
      "orch_forge_paused_until_seconds",
      "gauge Until when nothing is asked, in seconds since 1970; 0: no pause",
      each(({ pausedUntil }) => seconds(pausedUntil ?? 0)),
    ),
  ].join("");
}

function labelsOf({ project, forge, repository }: BudgetView): Labels {
  return { project, forge, repository };
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** One metric with its samples; one without samples is left out. `about` is its type and what it means. */
function family(name: string, about: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const [type = "", ...words] = about.split(" ");
  const lines = samples.map(([labels, value]) => `${name}{${labelText(labels)}} ${value}`);
  return [`# HELP ${name} ${words.join(" ")}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}

function escaped(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}
