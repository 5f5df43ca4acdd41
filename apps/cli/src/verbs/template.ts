import { resolve } from "node:path";

import { looksSecret } from "@orch/config";
import { orchError } from "@orch/core";

import type { LocalVerb } from "../context.ts";
import { environmentVariable } from "../env.ts";
import { readText } from "../read-text.ts";

/** Longest template, in bytes. */
const LONGEST = 1_048_576;

const PART = /\{\{#if\s+(\w+)\}\}([\s\S]*?)\{\{\/if\}\}|\{\{(\w+)\}\}/g;
const VARIABLE = /\{\{(\w+)\}\}/g;
const MARK = /\{\{(?:#if\b|\/if\}\})/;

/** Fills a template in, and prints it as it is (seed row A80). */
export const template: LocalVerb<"template"> = async ({ host, global }, { file, values = [] }) => {
  const text = file === "-" ? await host.readInput(LONGEST) : await readText(resolve(host.folder, file), LONGEST);
  const filled = fill(text, valuesFrom(values));
  if (filled === "")
    throw orchError("usage", "The template gives nothing", { hint: "Give it the values that it asks for." });
  if (global.json) return { data: { text: filled } };
  host.out.write(filled);
  return {};
};

type ValueOf = (name: string) => string;

function valuesFrom(words: readonly string[]): ValueOf {
  const given = new Map(words.map(pairOf));
  return (name) => given.get(name) ?? fromEnvironment(name);
}

function pairOf(word: string): readonly [string, string] {
  const at = word.indexOf("=");
  const name = word.slice(0, Math.max(at, 0));
  if (/^\w+$/.test(name)) return [name, word.slice(at + 1)];
  throw orchError("usage", `${JSON.stringify(word.slice(0, 60))} is no value`, { hint: "Write values as NAME=value." });
}

/** Whoever wrote a template must not reach the caller's secrets with it. */
function fromEnvironment(name: string): string {
  const value = environmentVariable(name);
  if (value === undefined || !looksSecret(name)) return value ?? "";
  throw orchError("usage", `The variable ${name} looks secret, so it is not taken from the environment`, {
    hint: `Give it by hand where it is meant: ${name}=value`,
  });
}

/** One pass, so that no value is read as a template. */
function fill(text: string, valueOf: ValueOf): string {
  refuseMarks(text.replaceAll(PART, ""));
  let filled = "";
  let at = 0;
  for (const found of text.matchAll(PART)) {
    filled += text.slice(at, found.index) + filledPart(found, valueOf);
    at = found.index + found[0].length;
  }
  return filled + text.slice(at);
}

function filledPart([, condition = "", body = "", name]: RegExpExecArray, valueOf: ValueOf): string {
  if (name !== undefined) return valueOf(name);
  refuseMarks(body);
  if (valueOf(condition).trim() === "") return "";
  return body.replaceAll(VARIABLE, (_, of: string) => valueOf(of));
}

/** A condition that has no end, or stands in another, is a mistake and no text. */
function refuseMarks(rest: string): void {
  if (!MARK.test(rest)) return;
  throw orchError("usage", "A condition of the template is not closed, or stands inside another", {
    hint: "Write {{#if NAME}}…{{/if}}, one after the other.",
  });
}
