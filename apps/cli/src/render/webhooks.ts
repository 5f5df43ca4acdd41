import type { CommandResults } from "@orch/api";

import { oneLine } from "./style.ts";
import { renderTable, type Canvas } from "./table.ts";

type Status = CommandResults["webhook status"];
type Figures = Status["day"];
type DeliveryView = Status["deliveries"][number];
type ForgeView = NonNullable<Status["forge"]>[number];
type Why = NonNullable<Status["why"]>;

/** Why polling tells of changes, for people. */
export const WHY_POLLING: Readonly<Record<Why, string>> = {
  disabled: "webhooks are off",
  unreachable: "the listener does not answer",
  no_hook: "no hook of the repository leads here",
  undelivered: "what GitHub sends does not arrive: look at the tunnel",
  refused: "the hook has another secret than webhook.secret",
};

/** `orch webhook status`. */
export function renderWebhooks(status: Status, canvas: Canvas): string {
  const parts = [
    [
      listenerLine(status),
      daysLine(status.day),
      ...status.projects.map((project) => projectLine(project, canvas)),
    ].join("\n"),
    status.waiting.length === 0 ? "" : `Waiting for another try:\n${deliveryTable(status.waiting, canvas)}`,
    status.deliveries.length === 0 ? "" : deliveryTable(status.deliveries, canvas),
    ...(status.forge ?? []).map((hook) => forgeText(hook, canvas)),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** `orch webhook add`. */
export function renderHook({ url, created, listens, place }: CommandResults["webhook add"]): string {
  const here =
    listens === null
      ? `The next orch serve listens on ${oneLine(place)}: have ${oneLine(url)} lead there.`
      : `This daemon listens on ${oneLine(listens)}: have ${oneLine(url)} lead there.`;
  return `${created ? "Made a hook" : "The hook leads"} to ${oneLine(url)}.\n${here}\nSee whether events arrive: orch webhook status --forge`;
}

/** `orch webhook retry`. */
export function renderRetried({ delivery }: CommandResults["webhook retry"]): string {
  const { delivery: name, state } = delivery;
  if (state === "received") return `${oneLine(name)} is tried again now; see: orch webhook status`;
  return `${oneLine(name)} is ${state}; see: orch webhook status`;
}

/** The figures of a day in one line. */
export function daysLine({ total, byState, byEvent, retried }: Figures): string {
  if (total === 0) return "Nothing came in the last 24 hours.";
  const states = Object.entries(byState).filter(([, count]) => count > 0);
  const events = Object.entries(byEvent).toSorted(([, left], [, right]) => right - left);
  const list = (entries: readonly (readonly [string, number])[]): string =>
    entries.map(([name, count]) => `${count} ${oneLine(name)}`).join(", ");
  const again = retried === 0 ? "" : `; ${retried} needed more than one try`;
  return `24 hours: ${total} deliveries (${list(states)})${again}\nEvents: ${list(events)}`;
}

function listenerLine({ listener, mode, why }: Status): string {
  if (listener === null) return "Webhooks are off; GitHub is asked what changed. See: docs/guides/webhooks.md";
  const { address, signed, lastReceivedAt } = listener;
  const signatures = signed ? "signatures are checked" : "anybody on this machine is believed";
  const last = lastReceivedAt === undefined ? "nothing came yet" : `the last came at ${timeOf(lastReceivedAt)} UTC`;
  const state = mode === "webhooks" || why === undefined ? "" : `; ${WHY_POLLING[why]}`;
  return `Listens on ${oneLine(address)}; ${signatures}; ${last}${state}.`;
}

function projectLine({ project, mode, why, missed }: Status["projects"][number], { style }: Canvas): string {
  if (mode === "webhooks" || why === undefined) return `${style.green("✓")} ${project}: webhooks`;
  const times = missed === 0 ? "" : ` (${missed} changes came without one)`;
  return `${style.yellow("!")} ${project}: polling, because ${WHY_POLLING[why]}${times}`;
}

function deliveryTable(deliveries: readonly DeliveryView[], canvas: Canvas): string {
  return renderTable(
    ["RECEIVED (UTC)", "DELIVERY", "EVENT", "STATE", "TRIES", "LOOKS AT", "NOTE"],
    deliveries.map((one) =>
      [
        timeOf(one.receivedAt),
        one.delivery,
        nameOf(one),
        one.state,
        String(one.tries),
        `${one.repository ?? ""} ${one.looks.join(", ")}`.trim(),
        noteOf(one),
      ].map((text) => ({ text })),
    ),
    canvas,
  );
}

function noteOf({ error = "", dueAt }: DeliveryView): string {
  return dueAt === undefined ? error : `next try ${timeOf(dueAt)}${error === "" ? "" : `: ${error}`}`;
}

function forgeText({ project, hook, url = "", active, problem, deliveries }: ForgeView, canvas: Canvas): string {
  if (problem !== undefined) return `${project}: GitHub does not show its hooks (${oneLine(problem)})`;
  if (hook === null) return `${project}: no hook on GitHub. Make one: orch webhook add URL`;
  const head = `${project}: hook ${hook} to ${oneLine(url)}${active === true ? "" : " (switched off)"}`;
  if (deliveries.length === 0) return `${head}\nNothing was sent in the last 24 hours.`;
  const table = renderTable(
    ["SENT (UTC)", "DELIVERY", "EVENT", "ANSWER", "HERE"],
    deliveries.map((one) =>
      [
        timeOf(one.at),
        one.delivery,
        nameOf(one),
        one.status === 0 ? "none" : String(one.status),
        one.state ?? "never arrived",
      ].map((text) => ({ text })),
    ),
    canvas,
  );
  return `${head}\n${table}`;
}

function nameOf({ event, action }: { readonly event: string; readonly action?: string | undefined }): string {
  return action === undefined ? event : `${event}.${action}`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
