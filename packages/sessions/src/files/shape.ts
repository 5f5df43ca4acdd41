import { err, ok, orchError, type OrchError, type Result } from "@orch/core";

/** A JSON object whose fields have not been looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object with fields, or undefined. */
export function asFields(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

/** Reads a record with `read`, whose throw means that the record is not of its shape. */
export function shaped<Value>(what: string, read: () => Value): Result<Value, OrchError> {
  try {
    return ok(read());
  } catch (error) {
    return err(orchError("session_failed", `${what} can't be understood`, { cause: error }));
  }
}

/** Field readers for one record; each throws `session_failed` that names the field. */
export function fieldsOf(value: unknown): {
  text(name: string): string;
  number(name: string): number;
  flag(name: string): boolean;
  list(name: string): readonly string[];
  texts(name: string): Readonly<Record<string, string>>;
  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice;
  at(name: string): unknown;
} {
  const fields = asFields(value) ?? {};
  return {
    text: (name) => expect(fields[name], name, isText),
    number: (name) => expect(fields[name], name, isNumber),
    flag: (name) => expect(fields[name], name, isFlag),
    list: (name) => expect(fields[name], name, isList),
    texts: (name) => expect(fields[name], name, isTexts),
    oneOf: (name, choices) =>
      expect(fields[name], name, (found): found is (typeof choices)[number] => choices.some((one) => one === found)),
    at: (name) => fields[name],
  };
}

function expect<Value>(found: unknown, name: string, check: (value: unknown) => value is Value): Value {
  if (check(found)) return found;
  throw orchError("session_failed", `the field ${name} is missing or wrong`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isFields(value) && Object.entries(value).every(([name, text]) => !/[=\0]|^$/.test(name) && isText(text));
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}
