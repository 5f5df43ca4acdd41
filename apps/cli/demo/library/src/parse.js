import { UNITS } from "./units.js";

const WHOLE = /^(?:\d+\s*[a-z]+\s*)+$/;
const PART = /(\d+)\s*([a-z]+)/g;

/**
 * Reads a span such as "1h 30m" and gives its milliseconds.
 *
 * @param {string} text
 * @returns {number}
 * @throws {RangeError} when the text is not a span
 */
export function parse(text) {
  const clean = text.trim().toLowerCase();
  if (!WHOLE.test(clean)) throw new RangeError(`not a span: ${text}`);
  let sum = 0;
  for (const [, amount, unit] of clean.matchAll(PART)) {
    if (!Object.hasOwn(UNITS, unit)) throw new RangeError(`no such unit: ${unit}`);
    sum += Number(amount) * UNITS[unit];
  }
  return sum;
}
