import type { CommandResults } from "@orch/api";

import { quoted } from "./quoted.ts";
import { oneLine, type Style } from "./style.ts";

type Bundle = NonNullable<CommandResults["doctor"]["bundle"]>;

/** What was packed and where it is, what is not in it, and what to look at before it is sent. */
export function renderBundle(bundle: Bundle, style: Style): readonly string[] {
  const { path, bytes, files, missing, hidden } = bundle;
  const secrets = Object.values(hidden).reduce((sum, count) => sum + count, 0);
  const width = Math.max(...[...files, ...missing].map(({ name }) => name.length));
  return [
    "",
    style.bold(`Packed ${files.length} files into ${oneLine(path)} (${kilobytes(bytes)})`),
    ...files.map(({ name, what, cut }) => {
      const end = cut === true ? " (its end)" : "";
      return `  ${name.padEnd(width)}  ${style.dim(`${oneLine(what)}${end}`)}`;
    }),
    ...(missing.length === 0 ? [] : ["Not in it:"]),
    ...missing.map(({ name, why }) => `  ${name.padEnd(width)}  ${style.dim(oneLine(why))}`),
    "",
    secrets === 0
      ? "No secret was found in it."
      : `${secrets} ${secrets === 1 ? "secret stands" : "secrets stand"} hidden in it; manifest.json says in which file, and of what kind.`,
    "Look at it before you send it: names of projects, branches and folders are in it, and with --task",
    "the text of the task and what its agent read and wrote.",
    `  ${style.cyan(`tar -xzf ${quoted(path)} && less orch-bundle/manifest.json`)}`,
  ];
}

function kilobytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1000))} kB`;
}
