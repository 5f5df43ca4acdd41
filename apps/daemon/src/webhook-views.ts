import type { CommandResults } from "@orch/api";
import type { GitHubHooks } from "@orch/backend-github";
import {
  asOrchError,
  type Clock,
  type Deliveries,
  type Delivery,
  type ProjectId,
  type ProjectSettings,
} from "@orch/core";

import type { KnownReport } from "./webhook-catch-up.ts";
import type { WebhookWatch } from "./webhook-watch.ts";
import type { RunningWebhooks } from "./webhooks.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_LISTED = 30;

type Status = CommandResults["webhook status"];
type ForgeView = NonNullable<Status["forge"]>[number];

/** Where the forges' own word is had. */
interface ForgeSide {
  hooksOf(project: ProjectId): GitHubHooks | undefined;
  readonly store: { readonly deliveries: Pick<Deliveries, "find"> };
  readonly clock: Clock;
}

/** Where it listens; null: nowhere. */
export async function listenerView(
  running: RunningWebhooks | undefined,
  { host }: { readonly host: string },
): Promise<Status["listener"]> {
  if (running === undefined) return null;
  const { signed, answers, lastReceivedAt } = await running.webhooks.status();
  const last = lastReceivedAt === undefined ? {} : { lastReceivedAt };
  return { address: `${host}:${running.port}`, signed, answers: { ...answers }, ...last };
}

/** Of a project that is on a forge: whether webhooks tell of its changes. */
export function projectView(
  watch: WebhookWatch,
  { project, report }: { readonly project: ProjectSettings; readonly report: KnownReport | undefined },
): Status["projects"] {
  const { id, forge } = project;
  if (forge === undefined) return [];
  const checked = report === undefined ? {} : { checkedAt: report.at, taken: report.taken };
  const { repository } = forge;
  return [{ project: id, repository, ...watch.health(id), missed: watch.ways.missed(id), ...checked }];
}

/** What a project's forge says of its hooks and their deliveries of the last day. Never throws. */
export async function forgeView(side: ForgeSide, { id }: ProjectSettings): Promise<readonly ForgeView[]> {
  const hooks = side.hooksOf(id);
  if (hooks === undefined) return [];
  try {
    const all = await hooks.list();
    if (all.length === 0) return [{ project: id, hook: null, deliveries: [] }];
    const views = all.map(async (hook) => ({ project: id, ...hook, deliveries: await listed(side, hooks, hook.hook) }));
    return await Promise.all(views);
  } catch (thrown) {
    const { code, message } = asOrchError(thrown);
    return [{ project: id, hook: null, deliveries: [], problem: `${code}: ${message}` }];
  }
}

async function listed(side: ForgeSide, hooks: GitHubHooks, hook: string): Promise<ForgeView["deliveries"]> {
  const rows = await hooks.deliveries({ hook, since: side.clock.now() - DAY_MS, limit: MOST_LISTED });
  return Promise.all(
    rows.slice(0, MOST_LISTED).map(async (row) => {
      const known = await side.store.deliveries.find({ source: "github", delivery: row.delivery });
      return { ...row, state: known?.state ?? null };
    }),
  );
}

/** A delivery as people see it. */
export function viewDelivery(delivery: Delivery): Status["deliveries"][number] {
  const { event, action, repository, state, tries, receivedAt, error, notBefore, hints } = delivery;
  return {
    delivery: delivery.delivery,
    event,
    state,
    tries,
    receivedAt,
    looks: hints.map((hint) =>
      hint.about === "commit" ? `commit ${hint.commit.slice(0, 9)}` : `${hint.about} ${hint.number}`,
    ),
    ...(action === undefined ? {} : { action }),
    ...(repository === undefined ? {} : { repository }),
    ...(error === undefined ? {} : { error }),
    ...(state === "received" ? { dueAt: notBefore } : {}),
  };
}
