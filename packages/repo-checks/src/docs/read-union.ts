import type { TSType, TSTypeLiteral } from "oxc-parser";

import { syntaxOf } from "../syntax.ts";
import type { TextFile } from "../workspace.ts";

/** One variant of a discriminated union, as its source documents it. */
export interface Variant {
  /** The value of the discriminator. */
  readonly name: string;
  /** The other properties, in order; an optional one ends in `?`. */
  readonly fields: readonly string[];
  /** The doc comment on one line; empty when there is none. */
  readonly doc: string;
}

const DISCRIMINATORS: ReadonlySet<string> = new Set(["type", "kind"]);

/** The variants of the union `name` in `file`. Throws a `RangeError` when the file has no such union. */
export function readUnion(file: TextFile, name: string): readonly Variant[] {
  for (const statement of syntaxOf(file).program.body) {
    if (statement.type !== "ExportNamedDeclaration") continue;
    const { declaration } = statement;
    if (declaration?.type !== "TSTypeAliasDeclaration" || declaration.id.name !== name) continue;
    const literals = literalsOf(declaration.typeAnnotation);
    return literals.flatMap((literal) => variantOf(file, literal));
  }
  throw new RangeError(`${file.path} has no type ${name}`);
}

function literalsOf(type: TSType): readonly TSTypeLiteral[] {
  if (type.type === "TSTypeLiteral") return [type];
  if (type.type === "TSParenthesizedType") return literalsOf(type.typeAnnotation);
  if (type.type === "TSUnionType" || type.type === "TSIntersectionType") return type.types.flatMap(literalsOf);
  return [];
}

function variantOf(file: TextFile, literal: TSTypeLiteral): readonly Variant[] {
  const fields: string[] = [];
  let name: string | undefined;
  for (const member of literal.members) {
    if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier") continue;
    const type = member.typeAnnotation?.typeAnnotation;
    const isTag = DISCRIMINATORS.has(member.key.name) && type?.type === "TSLiteralType";
    if (isTag && type.literal.type === "Literal") name = String(type.literal.value);
    else fields.push(member.optional ? `${member.key.name}?` : member.key.name);
  }
  return name === undefined ? [] : [{ name, fields, doc: docBefore(file, literal.start) }];
}

/** The doc comment that stands right before an offset, with nothing but `|` and `(` between them. */
function docBefore(file: TextFile, offset: number): string {
  const comment = syntaxOf(file).comments.findLast((item) => item.end <= offset);
  if (comment === undefined || !comment.value.startsWith("*")) return "";
  if (!/^[\s|(]*$/.test(file.text.slice(comment.end, offset))) return "";
  const lines = comment.value.split("\n").map((line) => line.replace(/^\s*\*+/, "").trim());
  return lines.join(" ").replaceAll(/\s+/g, " ").trim();
}
