import type { Octokit } from "@octokit/rest";

import type { AppAccess } from "./access/app-token.ts";
import type { TokenSource } from "./access/token-source.ts";
import type { Repository } from "./repository.ts";
import { hookEvents } from "./webhooks/hints-of.ts";

/** A hook: where GitHub tells of events. */
export interface GitHubHook {
  /** `app`, or the number of a repository's hook. */
  readonly hook: string;
  /** Empty: it has none yet. */
  readonly url: string;
  /** False: GitHub sends nothing. */
  readonly active: boolean;
}

/** A delivery as GitHub lists it: one try of it. */
export interface ListedDelivery {
  /** GitHub's number of the try. */
  readonly id: number;
  /** The name of the delivery, the same in every try. */
  readonly delivery: string;
  readonly event: string;
  readonly action?: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** What the listener answered; 0: nothing. */
  readonly status: number;
  readonly redelivery: boolean;
}

/**
 * What GitHub knows of the hooks of a repository, or of the App that is installed there. Throws as a forge does:
 * `forge_denied` where the token may not see hooks (a person's needs the right to administer the repository).
 */
export interface GitHubHooks {
  list(): Promise<readonly GitHubHook[]>;
  /** The tries since `since` (epoch milliseconds), newest first, at most about `limit`. */
  deliveries(query: {
    readonly hook: string;
    readonly since: number;
    readonly limit: number;
  }): Promise<readonly ListedDelivery[]>;
  /** What was sent. */
  payload(query: { readonly hook: string; readonly id: number }): Promise<unknown>;
  /**
   * Makes a hook of the repository, or changes the one with this address; GitHub pings it. Of an App it changes where the
   * App's own hook leads, for all its repositories.
   */
  put(hook: { readonly url: string; readonly secret: string }): Promise<{
    readonly hook: string;
    readonly created: boolean;
  }>;
}

const PER_PAGE = 100;
const APP = "app";

/** The calls that differ between an App's hook and a repository's. */
interface HookCalls {
  list(): Promise<readonly GitHubHook[]>;
  page(hook: string, cursor: string | undefined): Promise<Page>;
  payload(hook: string, id: number): Promise<unknown>;
  put(wanted: WantedHook): Promise<{ readonly hook: string; readonly created: boolean }>;
}

interface WantedHook {
  readonly url: string;
  readonly secret: string;
}

interface Page {
  readonly data: readonly {
    readonly id: number;
    readonly guid: string;
    readonly event: string;
    readonly action: string | null;
    readonly delivered_at: string;
    readonly status_code: number;
    readonly redelivery: boolean;
  }[];
  readonly headers: { readonly link?: string };
}

/** The hooks of a repository. An App is told of by its own hook, whose list only the App itself may see. */
export function hooksOf(repository: Repository, access: TokenSource | AppAccess): GitHubHooks {
  const calls = "own" in access ? appCalls(access.own) : repositoryCalls(repository);
  return {
    list: () => calls.list(),
    async deliveries({ hook, since, limit }) {
      const found: ListedDelivery[] = [];
      let cursor: string | undefined;
      do {
        const { data, headers } = await calls.page(hook, cursor);
        found.push(...data.map((row) => listed(row)));
        cursor = nextCursor(headers.link);
      } while (cursor !== undefined && found.length < limit && (found.at(-1)?.at ?? 0) >= since);
      return found.filter(({ at }) => at >= since);
    },
    payload: ({ hook, id }) => calls.payload(hook, id),
    put: (hook) => calls.put(hook),
  };
}

function repositoryCalls(repository: Repository): HookCalls {
  const { client, at } = repository;
  const { repos } = client.rest("housekeeping");
  const hookAt = (hook: string): { owner: string; repo: string; hook_id: number } => ({ ...at, hook_id: Number(hook) });
  return {
    async list() {
      const { data } = await repos.listWebhooks({ ...at, per_page: PER_PAGE });
      return data.map(({ id, active, config }) => ({ hook: String(id), url: config.url ?? "", active }));
    },
    page: (hook, cursor) => repos.listWebhookDeliveries({ ...hookAt(hook), ...pageAt(cursor) }),
    async payload(hook, id) {
      const { data } = await repos.getWebhookDelivery({ ...hookAt(hook), delivery_id: id });
      return data.request.payload;
    },
    put: (wanted) => putHook(repository, wanted),
  };
}

function appCalls(own: AppAccess["own"]): HookCalls {
  const { apps }: Pick<Octokit["rest"], "apps"> = own.octokit.rest;
  return {
    async list() {
      const { data } = await apps.getWebhookConfigForApp({ headers: await own.headers() });
      return [{ hook: APP, url: data.url ?? "", active: true }];
    },
    page: async (_hook, cursor) => apps.listWebhookDeliveries({ ...pageAt(cursor), headers: await own.headers() }),
    async payload(_hook, id) {
      const { data } = await apps.getWebhookDelivery({ delivery_id: id, headers: await own.headers() });
      return data.request.payload;
    },
    async put({ url, secret }) {
      const data = { url, secret, content_type: "json" };
      // The typed method takes the hook's address for its own.
      await own.octokit.request("PATCH /app/hook/config", { data, headers: await own.headers() });
      return { hook: APP, created: false };
    },
  };
}

async function putHook(
  { client, at }: Repository,
  { url, secret }: WantedHook,
): Promise<{ readonly hook: string; readonly created: boolean }> {
  const { repos } = client.rest("dispatch");
  const { data } = await repos.listWebhooks({ ...at, per_page: PER_PAGE });
  const known = data.find(({ config }) => config.url === url);
  const wanted = { active: true, events: [...hookEvents], config: { url, content_type: "json", secret } };
  if (known !== undefined) {
    await repos.updateWebhook({ ...at, hook_id: known.id, ...wanted });
    await repos.pingWebhook({ ...at, hook_id: known.id });
    return { hook: String(known.id), created: false };
  }
  const made = await repos.createWebhook({ ...at, name: "web", ...wanted });
  return { hook: String(made.data.id), created: true };
}

function pageAt(cursor: string | undefined): { readonly per_page: number; readonly cursor?: string } {
  return { per_page: PER_PAGE, ...(cursor === undefined ? {} : { cursor }) };
}

function listed({ id, guid, event, action, delivered_at: at, status_code: status, redelivery }: Page["data"][number]) {
  return { id, delivery: guid, event, at: Date.parse(at), status, redelivery, ...(action === null ? {} : { action }) };
}

/** Lists of deliveries have no numbered pages: the link to the next one holds where it begins. */
function nextCursor(link: string | undefined): string | undefined {
  const [, next] = /<([^>]+)>;\s*rel="next"/.exec(link ?? "") ?? [];
  return next === undefined ? undefined : (URL.parse(next)?.searchParams.get("cursor") ?? undefined);
}
