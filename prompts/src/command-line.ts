import { visibleLine } from "./clean-text.ts";
import { cutEnd } from "./cut-text.ts";

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** An argument array as a person would type it; for reading, never for a shell of ours. */
export function commandLine(argv: readonly string[]): string {
  const words = argv.map((word) => (PLAIN.test(word) ? word : `'${visibleLine(word).replaceAll("'", `'\\''`)}'`));
  return cutEnd(words.join(" "), 1000);
}
