import { UNITS } from "./units.js";

/**
 * Writes milliseconds as a span such as "1h 30m".
 *
 * @param {number} ms
 * @returns {string}
 */
export function format(ms) {
  const parts = [];
  let rest = Math.round(ms);
  for (const [unit, size] of Object.entries(UNITS)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.length === 0 ? "0ms" : parts.join(" ");
}
