import { isOrchError, orchError, type Clock, type RequestBudget, type RequestLane } from "@orch/core";

import { createBudget } from "./budget.ts";
import { createMemory, type Page } from "./memory.ts";
import { createSender, type Body, type SenderOptions } from "./sender.ts";

const PER_PAGE = 100;

/** Requests to one repository's API. Every method throws the typed errors of the port `Forge`. */
export interface Client {
  /** Reads; asks whether it changed where it was read before. Undefined: 404. */
  get(path: string, how?: Pick<ReadOptions, "lane">): Promise<Body>;
  /** All pages of a list. @throws `forge_missing` for a 404 */
  list(path: string, how?: ReadOptions): Promise<readonly Body[]>;
  /** Writes. @throws `forge_missing` for a 404 */
  write(call: WriteCall, body?: object): Promise<Body>;
  /** A GraphQL query or mutation. @throws `forge_refused` for errors in the answer */
  graphql(query: string, variables: Readonly<Record<string, unknown>>): Promise<Body>;
  readonly budget: () => RequestBudget;
}

/** A method and a path, such as `POST /issues`. */
export type WriteCall = `${"POST" | "PATCH" | "PUT" | "DELETE"} /${string}`;

/** How something is read. */
export interface ReadOptions {
  /** `status` unless told otherwise. */
  readonly lane?: RequestLane;
  /** Of a list in pages whose items are in a field. */
  readonly field?: string;
  /** At most so many pages of 100; absent: all. */
  readonly pages?: number;
}

/** What a client is made of. */
export interface ClientOptions extends Omit<SenderOptions, "budget"> {
  /** Below which all paths are: `/repos/owner/name`. */
  readonly root: string;
  readonly clock: Clock;
}

/** Makes the client of one repository. */
export function createClient(options: ClientOptions): Client {
  const { apiUrl, root, clock } = options;
  // GitHub Enterprise has it beside `/api/v3`.
  const graphqlUrl = `${apiUrl.replace(/\/api\/v3\/?$/, "/api").replace(/\/$/, "")}/graphql`;
  const budget = createBudget(clock);
  const send = createSender({ ...options, budget });
  const memory = createMemory();

  async function read(url: string, lane: RequestLane): Promise<Page> {
    const known = memory.at(url);
    const headers = known === undefined ? {} : { "if-none-match": known.etag };
    const answer = await budget.inTurn(lane, () => send(`GET ${url}`, { headers }));
    return answer === "unchanged" && known !== undefined ? known : memory.keep(url, answer);
  }

  async function write(call: string, body: object): Promise<Body> {
    const answer = await budget.inTurn("dispatch", () => send(call, body));
    return answer === "unchanged" ? undefined : answer.data;
  }

  return {
    async get(path, { lane = "status" } = {}) {
      try {
        return (await read(`${root}${path}`, lane)).body;
      } catch (error) {
        if (isOrchError(error, "forge_missing")) return undefined;
        throw error;
      }
    },
    async list(path, { lane = "status", field, pages = Number.POSITIVE_INFINITY } = {}) {
      const items: Body[] = [];
      const sign = path.includes("?") ? "&" : "?";
      let url: string | undefined = `${root}${path}${sign}per_page=${PER_PAGE}`;
      for (let page = 0; url !== undefined && page < pages; page += 1) {
        const { body, next }: Page = await read(url, lane);
        const found = field === undefined ? body : (body as Readonly<Record<string, unknown>>)[field];
        items.push(...(Array.isArray(found) ? (found as readonly Body[]) : []));
        url = next;
      }
      return items;
    },
    async write(call, body = {}) {
      budget.write();
      return write(call.replace(" ", ` ${root}`), body);
    },
    async graphql(query, variables) {
      const { data, errors } = (await write(`POST ${graphqlUrl}`, { query, variables })) as GraphqlAnswer;
      const [error] = errors ?? [];
      if (error === undefined) return data;
      throw orchError("forge_refused", `GitHub's GraphQL answers: ${error.message ?? "an error"}`);
    },
    budget: () => budget.view(),
  };
}

interface GraphqlAnswer {
  readonly data?: Body;
  readonly errors?: readonly { readonly message?: string }[];
}
