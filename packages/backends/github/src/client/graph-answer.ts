import { forgeError } from "./forge-errors.ts";

/** What GraphQL answers: data, errors, or some of both. */
export interface GraphAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly type?: string; readonly message: string }[];
}

/** GitHub's words for what REST says by a status; any other error is a failure of its own. */
const STATUSES: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  INSUFFICIENT_SCOPES: 403,
  UNPROCESSABLE: 422,
};

/** The data of an answer, its points counted. A part that is missing is never taken for something that is not there. */
export function wholeAnswer({ data, errors }: GraphAnswer, spent: (points: number) => void): unknown {
  spent(costIn(data));
  const [first] = errors ?? [];
  if (first === undefined) return data;
  throw forgeError({ status: STATUSES[first.type ?? ""] ?? 502, headers: {}, message: first.message }, "POST /graphql");
}

/** Queries ask for their cost; what does not is a point. */
function costIn(data: unknown): number {
  const limit = typeof data === "object" && data !== null && "rateLimit" in data ? data.rateLimit : undefined;
  return typeof limit === "object" && limit !== null && "cost" in limit ? Number(limit.cost) : 1;
}
