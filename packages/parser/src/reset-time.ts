const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAY_MS = 86_400_000;

const IN_TIME = /\btry again in (\d{1,6}(?:\.\d{1,6})?) ?(ms|s|seconds?|m|minutes?|h|hours?|days?)\b/i;
const AT_DATE = /\btry again at ([a-z]{3})[a-z]* (\d{1,2})(?:st|nd|rd|th)?, (\d{4}) (\d{1,2}):(\d{2}) ?([ap]m)\b/i;
const RESETS_AT = /\bresets ([a-z]{3})[a-z]* (\d{1,2}), (\d{4}), (\d{1,2})(?::(\d{2}))? ?([ap]m) \(UTC\)/i;
const AT_TIME = /\btry again at (\d{1,2}):(\d{2}) ?([ap]m)\b/i;

/**
 * When a service will answer again (epoch milliseconds), from the sentence that it shows to people: "try again in
 * 20s", "try again at 4:20 AM", "try again at Nov 21st, 2026 12:55 AM", "resets Mar 23, 2033, 11:54pm (UTC)". Other times of day are those of this machine and
 * the next ones after `now`. Only for services that have no field for it; undefined for anything else.
 */
export function resetTimeOf(message: string, now: number): number | undefined {
  const text = message.slice(0, 4000);
  return after(text, now) ?? onDate(text) ?? inUtc(text) ?? atTime(text, now);
}

function after(text: string, now: number): number | undefined {
  const match = IN_TIME.exec(text);
  if (match === null) return undefined;
  return Math.ceil(now + Number(match[1]) * unitMs(match[2] ?? ""));
}

function unitMs(unit: string): number {
  const name = unit.toLowerCase();
  if (name === "ms") return 1;
  if (name.startsWith("s")) return 1000;
  if (name.startsWith("m")) return 60_000;
  return name.startsWith("h") ? 3_600_000 : DAY_MS;
}

function onDate(text: string): number | undefined {
  const match = AT_DATE.exec(text);
  if (match === null) return undefined;
  const [, name = "", day, year, hour, minute, half = ""] = match;
  const month = MONTHS.indexOf(name.toLowerCase());
  if (month === -1) return undefined;
  return new Date(Number(year), month, Number(day), hour24(Number(hour), half), Number(minute)).getTime();
}

function inUtc(text: string): number | undefined {
  const match = RESETS_AT.exec(text);
  if (match === null) return undefined;
  const [, name = "", day, year, hour, minute = "0", half = ""] = match;
  const month = MONTHS.indexOf(name.toLowerCase());
  if (month === -1) return undefined;
  return Date.UTC(Number(year), month, Number(day), hour24(Number(hour), half), Number(minute));
}

function atTime(text: string, now: number): number | undefined {
  const match = AT_TIME.exec(text);
  if (match === null) return undefined;
  const [, hour, minute, half = ""] = match;
  const time = new Date(now);
  time.setHours(hour24(Number(hour), half), Number(minute), 0, 0);
  if (time.getTime() <= now) time.setDate(time.getDate() + 1);
  return time.getTime();
}

function hour24(hour: number, half: string): number {
  return (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
}
