import { z } from "zod";

import { ConfigFile } from "./config-file.ts";
import { isMapping } from "./mapping.ts";

/** One node of a JSON Schema, as far as it is looked at here. */
export type SchemaNode = Readonly<Record<string, unknown>>;

/** A configurable key with dots; `<name>` stands for a name of the user's choice, `[]` for an item of a list. */
export interface KnownKey {
  readonly key: string;
  readonly description: string;
  /** Absent: no default. */
  readonly fallback?: unknown;
}

// Made at the first use: a good file never needs it.
let made: SchemaNode | undefined;

/** The JSON Schema of a configuration file, for editors. */
export function configJsonSchema(): SchemaNode {
  made ??= z.toJSONSchema(ConfigFile, { io: "input" });
  return made;
}

/** Every key that holds a value, in the schema's order. */
export function knownKeys(): readonly KnownKey[] {
  return leaves(configJsonSchema(), "");
}

/** The names that are known below a path. */
export function knownNamesAt(path: readonly PropertyKey[]): readonly string[] {
  let node = configJsonSchema();
  for (const part of path) {
    node =
      schemaNode(propertiesOf(node)[String(part)]) ??
      schemaNode(node["additionalProperties"]) ??
      schemaNode(node["items"]) ??
      {};
  }
  return Object.keys(propertiesOf(node));
}

function leaves(node: SchemaNode, key: string): readonly KnownKey[] {
  const named = schemaNode(node["additionalProperties"]);
  const item = schemaNode(node["items"]);
  const inner = [
    ...Object.entries(propertiesOf(node)).flatMap(([name, child]) =>
      leaves(schemaNode(child) ?? {}, key === "" ? name : `${key}.${name}`),
    ),
    ...(named === undefined || Object.keys(propertiesOf(named)).length === 0 ? [] : leaves(named, `${key}.<name>`)),
    ...(item === undefined || Object.keys(propertiesOf(item)).length === 0 ? [] : leaves(item, `${key}[]`)),
  ];
  if (inner.length > 0) return inner;
  const { description } = node;
  const fallback = node["default"] === undefined ? {} : { fallback: node["default"] };
  return [{ key, description: typeof description === "string" ? description : "", ...fallback }];
}

function propertiesOf(node: SchemaNode): SchemaNode {
  return schemaNode(node["properties"]) ?? {};
}

function schemaNode(value: unknown): SchemaNode | undefined {
  return isMapping(value) ? value : undefined;
}
