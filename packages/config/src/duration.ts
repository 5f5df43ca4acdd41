const DURATION = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h)?$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** The texts that `durationMs` understands; a bare number is seconds. */
export const durationPattern: RegExp = DURATION;

/**
 * A duration as written (seconds as a number, or a text such as `30s`, `5m`, `1h`) in milliseconds. What is neither
 * is 0; the schema refuses it before it comes here.
 */
export function durationMs(written: number | string): number {
  if (typeof written === "number") return Math.round(written * 1000);
  const [, digits = "0", unit = "s"] = DURATION.exec(written) ?? [];
  return Math.round(Number(digits) * (isUnit(unit) ? UNIT_MS[unit] : 0));
}

function isUnit(unit: string): unit is keyof typeof UNIT_MS {
  return unit in UNIT_MS;
}
