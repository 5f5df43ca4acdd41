import { globalParams } from "./parse-call.ts";
import { verbs, type AnyVerb } from "./registry.ts";
import { kebab, type Param, type Params, type Verb } from "./spec.ts";

/** As wide as the narrowest usual terminal, so that no line is broken in a word. */
const WIDTH = 80;

/** The overview of all verbs, or of those that begin with `group`. */
export function renderOverview(group?: string): string {
  const listed = verbs.filter((verb) => group === undefined || verb.name.split(" ")[0] === group);
  const general = listed.filter((verb) => !verb.name.includes(" "));
  const groups = Map.groupBy(
    listed.filter((verb) => verb.name.includes(" ")),
    (verb) => verb.name.split(" ")[0] ?? "",
  );
  const sections = [
    ...(group === undefined
      ? ["orch: an orchestrator of coding agents.", `Say what you want:\n  orch run "Add a --quiet flag"`]
      : []),
    ...(general.length > 0 ? [`Commands:\n${columns(general.map(row))}`] : []),
    ...[...groups].map(
      ([name, members]) => `${capital(name)}${name.endsWith("s") ? "" : "s"}:\n${columns(members.map(row))}`,
    ),
    `Flags of every command:\n${columns(flagRows(globalParams))}`,
    "More on a command: orch help <command>",
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The help of one verb. */
export function renderVerbHelp(verb: Verb): string {
  const sections = [`${verb.summary}.`, `Usage:\n  ${usageOf(verb)}`];
  if (verb.help !== undefined) sections.push(wrap(verb.help, WIDTH));
  const positionals = Object.entries(verb.positionals).map(
    ([key, param]) => [`<${kebab(key)}>`, describe(param)] as const,
  );
  if (positionals.length > 0) sections.push(`Arguments:\n${columns(positionals)}`);
  const flags = flagRows(verb.flags);
  if (flags.length > 0) sections.push(`Flags:\n${columns(flags)}`);
  sections.push(`Flags of every command:\n${columns(flagRows(globalParams))}`);
  if (verb.examples.length > 0) sections.push(`Examples:\n${verb.examples.map((line) => `  ${line}`).join("\n")}`);
  if (verb.aliases.length > 0) sections.push(`Also: ${verb.aliases.map((alias) => `orch ${alias}`).join(", ")}`);
  return `${sections.join("\n\n")}\n`;
}

/** The verb with its arguments, as one writes it. */
export function usageOf(verb: Verb): string {
  const words = Object.entries(verb.positionals).map(([key, param]) => {
    const shown = param.joined === true || param.many === true ? `<${kebab(key)}...>` : `<${kebab(key)}>`;
    return param.required === true ? shown : `[${shown}]`;
  });
  const flags = Object.keys(verb.flags).length > 0 ? ["[flags]"] : [];
  return ["orch", verb.name, ...words, ...flags].join(" ");
}

/** The flags of a list of parameters: how each is written, and what it does. */
export function flagRows(params: Params): readonly (readonly [string, string])[] {
  return Object.entries(params).map(([key, param]) => {
    const short = param.short === undefined ? "" : `-${param.short}, `;
    const value = param.kind === "boolean" ? "" : ` ${param.shows ?? param.choices?.join("|") ?? param.kind}`;
    return [`${short}--${kebab(key)}${value}`, describe(param)] as const;
  });
}

function describe(param: Param): string {
  const choices = param.choices !== undefined && param.shows !== undefined ? `: ${param.choices.join(", ")}` : "";
  return `${param.summary}${choices}${param.many === true ? " (repeatable)" : ""}`;
}

function row(verb: AnyVerb): readonly [string, string] {
  return [verb.name, verb.summary];
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  const margin = " ".repeat(width + 4);
  return rows
    .map(([left, right]) => {
      const text = wrap(right, WIDTH - margin.length).replaceAll("\n", `\n${margin}`);
      return left.length > width ? `  ${left}\n${margin}${text}` : `  ${left.padEnd(width)}  ${text}`;
    })
    .join("\n");
}

function wrap(text: string, width: number): string {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
