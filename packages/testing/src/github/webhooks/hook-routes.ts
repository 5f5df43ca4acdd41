import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, type Json, numberOf, page, repositoryFor, stringsOf } from "../http/api.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Repository } from "../state/repository.ts";
import { emit } from "./emit.ts";
import type { Delivery, Hook } from "./relay.ts";

const BASE = "/repos/:owner/:repo/hooks";

/** Hooks of repositories and of the App, with their lists of deliveries. */
export function registerHooks(api: Api): void {
  api.get(BASE, (call) =>
    page(
      call,
      hooksOf(call).map((hook) => hookJson(call, hook)),
    ),
  );
  api.post(BASE, createHook);
  api.get(`${BASE}/:hook`, (call) => call.json(hookJson(call, hookOf(call))));
  api.patch(`${BASE}/:hook`, (call) => {
    const hook = hookOf(call);
    const body = bodyOf(call);
    const config = asRecord(body["config"]);
    configure(hook, config);
    if (body["events"] !== undefined) hook.events = stringsOf(body["events"]);
    if (typeof body["active"] === "boolean") hook.active = body["active"];
    return call.json(hookJson(call, hook));
  });
  api.delete(`${BASE}/:hook`, (call) => {
    const { hooks } = call.get("world").relay;
    hooks.splice(hooks.indexOf(hookOf(call)), 1);
    return call.body(null, 204);
  });
  api.post(`${BASE}/:hook/pings`, async (call) => {
    await ping(call, hookOf(call), repositoryFor(call, "admin"));
    return call.body(null, 204);
  });
  api.get("/app/hook/config", async (call) => call.json(configJson(await appHook(call))));
  api.patch("/app/hook/config", async (call) => {
    const hook = await appHook(call);
    configure(hook, bodyOf(call));
    return call.json(configJson(hook));
  });
  registerDeliveries(api, BASE.concat("/:hook"), hookOf);
  registerDeliveries(api, "/app/hook", appHook);
}

function registerDeliveries(api: Api, base: string, hookOf: (call: Call) => Hook | Promise<Hook>): void {
  const mine = async (call: Call): Promise<readonly Delivery[]> => {
    const hook = await hookOf(call);
    return call
      .get("world")
      .relay.deliveries()
      .filter(({ hook: { id }, outcome }) => id === hook.id && outcome !== "waiting" && outcome !== "held");
  };
  const one = async (call: Call): Promise<Delivery> => {
    const found = (await mine(call)).find(({ id }) => id === numberOf(call, "delivery"));
    if (found === undefined) throw notFound();
    return found;
  };
  api.get(`${base}/deliveries`, async (call) => listDeliveries(call, (await mine(call)).toReversed()));
  api.get(`${base}/deliveries/:delivery`, async (call) => {
    const delivery = await one(call);
    const request = {
      headers: { "X-GitHub-Delivery": delivery.guid },
      payload: JSON.parse(delivery.payload) as unknown,
    };
    return call.json({
      ...deliveryJson(delivery),
      url: delivery.hook.url,
      request,
      response: { headers: {}, payload: "" },
    });
  });
  api.post(`${base}/deliveries/:delivery/attempts`, async (call) => {
    const { id } = await one(call);
    // The listener may ask back: it must not wait for this answer.
    void call.get("world").relay.redeliver(id);
    return call.json({}, 202);
  });
}

/** Newest first; a page begins behind the delivery that its cursor names, as there are no numbered ones. */
function listDeliveries(call: Call, newestFirst: readonly Delivery[]): Response {
  const url = new URL(call.req.url);
  const size = Math.min(Math.max(Number(url.searchParams.get("per_page") ?? 30) || 30, 1), 100);
  const [, after] = /^v1_(\d+)$/.exec(url.searchParams.get("cursor") ?? "") ?? [];
  const rest = newestFirst.filter(({ id }) => after === undefined || id < Number(after));
  const shown = rest.slice(0, size);
  if (rest.length > size) {
    url.searchParams.set("cursor", `v1_${shown.at(-1)?.id ?? 0}`);
    call.header("link", `<${call.get("world").url}${url.pathname}${url.search}>; rel="next"`);
  }
  return call.json(shown.map(deliveryJson));
}

function configure(hook: Hook, config: Json): void {
  if (config["url"] !== undefined) hook.url = asString(config["url"]);
  if (config["secret"] !== undefined) hook.secret = asString(config["secret"]);
}

function hooksOf(call: Call): readonly Hook[] {
  const scope = `repository:${repositoryFor(call, "admin").id}`;
  return call.get("world").relay.hooks.filter((hook) => hook.scope === scope);
}

function hookOf(call: Call): Hook {
  const found = hooksOf(call).find(({ id }) => id === numberOf(call, "hook"));
  if (found === undefined) throw notFound();
  return found;
}

async function appHook(call: Call): Promise<Hook> {
  const { world, actor } = call.var;
  const { status } = await world.backing.call("GET", "/app", { token: actor.token ?? "" });
  if (status !== 200) throw new Refusal(401, "A JSON web token could not be decoded");
  const found = world.relay.hooks.find(({ scope }) => scope === "app");
  if (found === undefined) throw notFound();
  return found;
}

async function createHook(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "admin");
  const { world } = call.var;
  const body = bodyOf(call);
  const config = asRecord(body["config"]);
  const scope = `repository:${repository.id}`;
  const url = asString(config["url"]);
  if (url === "") throw invalid({ resource: "Hook", code: "missing_field", field: "url" });
  if (world.relay.hooks.some((hook) => hook.scope === scope && hook.url === url)) {
    throw invalid({ resource: "Hook", code: "custom", message: "Hook already exists on this repository" });
  }
  const hook: Hook = {
    id: world.nextId(),
    scope,
    url,
    secret: config["secret"] === undefined ? undefined : asString(config["secret"]),
    events: body["events"] === undefined ? ["push"] : stringsOf(body["events"]),
    active: body["active"] !== false,
    createdAt: world.now(),
  };
  world.relay.hooks.push(hook);
  await ping(call, hook, repository);
  return call.json(hookJson(call, hook), 201);
}

async function ping(call: Call, hook: Hook, repository: Repository): Promise<void> {
  const { world, actor } = call.var;
  const payload = { zen: "Keep it logically awesome.", hook_id: hook.id, hook: hookJson(call, hook) };
  await emit(world, repository, { event: "ping", payload, by: actor, only: hook.id });
}

function configJson({ url, secret }: Hook): Json {
  return { url, content_type: "json", insecure_ssl: "0", ...(secret === undefined ? {} : { secret: "********" }) };
}

function hookJson(call: Call, hook: Hook): Json {
  const { world } = call.var;
  const place = world.byId(Number(hook.scope.replace("repository:", "")))?.fullName ?? hook.scope;
  const url = `${world.url}/repos/${place}/hooks/${hook.id}`;
  return {
    type: "Repository",
    id: hook.id,
    name: "web",
    active: hook.active,
    events: hook.events,
    config: configJson(hook),
    updated_at: hook.createdAt,
    created_at: hook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: { code: null, status: "unused", message: null },
  };
}

function deliveryJson(delivery: Delivery): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.at,
    redelivery: delivery.redelivery,
    duration: 0.1,
    status: delivery.outcome === "delivered" ? "OK" : "failed to connect to host",
    status_code: delivery.status,
    event: delivery.event,
    action: delivery.action ?? null,
    installation_id: null,
    repository_id: delivery.repositoryId ?? null,
    throttled_at: null,
  };
}
