import type { CommandResults } from "@orch/api";

import { renderBundle } from "./bundle.ts";
import { renderSmoke } from "./smoke.ts";
import { oneLine } from "./style.ts";
import type { Canvas } from "./table.ts";

const INDENT = " ".repeat(11);

/** What doctor found, tried and packed. */
export function renderDoctor({ checks, smoke, bundle }: CommandResults["doctor"], { style }: Canvas): string {
  const found = checks.flatMap(({ name, state, detail, hint }) => {
    const mark = { ok: style.green("✓"), warning: style.yellow("!"), failed: style.red("✗") }[state];
    const line = `${mark} ${name.padEnd(8)} ${detail.split("\n").map(oneLine).join(`\n${INDENT}`)}`;
    return hint === undefined ? [line] : [line, style.dim(`${INDENT}${oneLine(hint)}`)];
  });
  return [
    ...found,
    ...(smoke === undefined ? [] : renderSmoke(smoke, style)),
    ...(bundle === undefined ? [] : renderBundle(bundle, style)),
  ].join("\n");
}
