import { isTest, productSources } from "../source-kinds.ts";
import { locate, textOf, visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

const IDS = "packages/core/src/ids.ts";

/** No cast hides a type error, and only `core/src/ids.ts` mints branded ids. */
export function checkCasts(workspace: Workspace): readonly Violation[] {
  const brands = brandedTypes(workspace);
  const sources = workspace.members.flatMap((member) => member.sources);
  const products = new Set(productSources(workspace).map(({ file }) => file));
  return sources
    .filter((file) => file.path !== IDS)
    .flatMap((file) =>
      casts(file)
        .filter(({ type }) => type === "any" || type === "unknown" || brands.has(type))
        .filter(({ type, doubled }) => type !== "unknown" || doubled)
        .filter(({ type }) => !brands.has(type) || products.has(file) || isTest(file))
        .map(({ offset, type }) => ({
          where: locate(file, offset),
          message: brands.has(type) ? `cast to ${type}: use its parser` : `cast through ${type}`,
        })),
    );
}

interface Cast {
  readonly offset: number;
  readonly type: string;
  /** True for the inner cast of `value as unknown as T`. */
  readonly doubled: boolean;
}

function casts(file: TextFile): readonly Cast[] {
  const found: { offset: number; end: number; type: string }[] = [];
  const inner = new Set<number>();
  visit(file, {
    TSAsExpression: (node) => {
      const type = textOf(file, node.typeAnnotation);
      found.push({ offset: node.start, end: node.end, type });
      if (node.expression.type === "TSAsExpression") inner.add(node.expression.end);
    },
    TSTypeAssertion: (node) => {
      const type = textOf(file, node.typeAnnotation);
      found.push({ offset: node.start, end: node.end, type });
    },
  });
  return found.map(({ offset, end, type }) => ({ offset, type, doubled: inner.has(end) }));
}

/** Names of the exported types in core's ids module that are `Branded<...>`. */
function brandedTypes(workspace: Workspace): ReadonlySet<string> {
  const ids = workspace.members.flatMap((member) => member.sources).find((file) => file.path === IDS);
  const brands = new Set<string>();
  if (ids === undefined) return brands;
  visit(ids, {
    TSTypeAliasDeclaration: (node) => {
      if (textOf(ids, node.typeAnnotation).startsWith("Branded<")) brands.add(node.id.name);
    },
  });
  return brands;
}
