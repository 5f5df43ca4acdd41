import type { Figure } from "./figure.ts";

/** Committed ratios by the name of their figure. */
export type Baseline = Readonly<Record<string, number>>;

/** A figure beside its committed ratio. */
export interface Comparison {
  readonly figure: Figure;
  /** Absent: the figure is new. */
  readonly committed?: number;
  readonly verdict: "fine" | "worse" | "new";
}

/** From how many times its committed ratio a figure counts as worse. */
export const TOLERANCE = 1.5;

/** Puts figures beside a baseline. */
export function compare(figures: readonly Figure[], baseline: Baseline): readonly Comparison[] {
  return figures.map((figure) => {
    const committed = baseline[figure.name];
    if (committed === undefined) return { figure, verdict: "new" };
    return { figure, committed, verdict: figure.ratio > committed * TOLERANCE ? "worse" : "fine" };
  });
}

/** The baseline with the newly measured ratios in it, rounded to two digits after the point. */
export function renewed(baseline: Baseline, figures: readonly Figure[]): Baseline {
  const fresh = figures.map(({ name, ratio }) => [name, Math.round(ratio * 100) / 100] as const);
  return { ...baseline, ...Object.fromEntries(fresh) };
}
