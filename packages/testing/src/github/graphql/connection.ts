/** Arguments of every list. */
export interface ListArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** A part of a list as GraphQL shows it. The cursor is the entry's place. */
export function connection<Node>(
  nodes: readonly Node[],
  { first, last, after, before }: ListArguments,
): Connection<Node> {
  const from = after === null || after === undefined ? 0 : placeOf(after) + 1;
  const to = before === null || before === undefined ? nodes.length : placeOf(before);
  const start = typeof last === "number" ? Math.max(from, to - last) : from;
  const end = typeof first === "number" ? Math.min(to, start + first) : to;
  const edges = nodes.slice(start, end).map((node, index) => ({ node, cursor: cursorOf(start + index) }));
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    totalCount: nodes.length,
    pageInfo: {
      hasNextPage: end < nodes.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** A part of a list. */
export interface Connection<Node> {
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[];
  readonly totalCount: number;
  readonly pageInfo: Readonly<Record<string, unknown>>;
}

function cursorOf(place: number): string {
  return Buffer.from(`place:${place}`).toString("base64");
}

function placeOf(cursor: string): number {
  return Number(Buffer.from(cursor, "base64").toString("utf8").replace("place:", ""));
}
