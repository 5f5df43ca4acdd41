import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";

import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import type { Repository, Role } from "../state/repository.ts";
import type { Actor, World } from "../state/world.ts";
import { notFound, Refusal } from "./refusal.ts";

/** A JSON object of GitHub's API, as plain data. */
export type Json = Record<string, unknown>;

/** What every handler finds in its context. */
export interface ApiEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: { readonly world: World; readonly actor: Actor; readonly text: string };
}

/** One request while it is answered. */
export type Call = Context<ApiEnv>;

/** The routes of one part register themselves here. */
export type Api = Hono<ApiEnv>;

/** The request's body as an object; empty when there is none. */
export function bodyOf(call: Call): Json {
  const text = call.get("text");
  if (text === "") return {};
  try {
    return { ...asRecord(JSON.parse(text)) };
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}

/** A parameter of the path; 404 when the route has none such. */
export function paramOf(call: Call, name: string): string {
  const value = call.req.param(name);
  if (value === undefined) throw notFound();
  return decodeURIComponent(value);
}

/** A parameter of the path that is a number. */
export function numberOf(call: Call, name: string): number {
  const value = Number(paramOf(call, name));
  if (!Number.isSafeInteger(value)) throw notFound();
  return value;
}

/** The repository that the path names, or 404. */
export function repositoryOf(call: Call): Repository {
  const { world, actor } = call.var;
  const found = world.repositories.get(`${paramOf(call, "owner")}/${paramOf(call, "repo")}`.toLowerCase());
  if (found === undefined || !world.may(actor, found, "read")) throw notFound();
  return found;
}

/** The repository of the path for someone with at least this role there; 403 otherwise. */
export function repositoryFor(call: Call, role: Role): Repository {
  const { world, actor } = call.var;
  const repository = repositoryOf(call);
  if (actor.kind === "anonymous") throw new Refusal(401, "Requires authentication");
  if (!world.may(actor, repository, role)) {
    const message =
      actor.kind === "installation"
        ? "Resource not accessible by integration"
        : "Must have admin rights to Repository.";
    throw new Refusal(403, message);
  }
  return repository;
}

/** A list of strings in a body: absent, wrong or other entries are left out. */
export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(asString).filter((text) => text !== "") : [];
}

/** Answers one page of a list, with the Link header when there are more. */
export function page(
  call: Call,
  items: readonly unknown[],
  wrap: (items: readonly unknown[]) => unknown = (all) => all,
): Response {
  const url = new URL(call.req.url);
  const size = Math.min(Math.max(Number(url.searchParams.get("per_page") ?? 30) || 30, 1), 100);
  const number = Math.max(Number(url.searchParams.get("page") ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = (rel: string, to: number): string => {
    url.searchParams.set("page", String(to));
    return `<${call.get("world").url}${url.pathname}${url.search}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link("prev", number - 1), link("first", 1)] : []),
    ...(number < last ? [link("next", number + 1), link("last", last)] : []),
  ];
  if (links.length > 0) call.header("link", links.join(", "));
  return call.json(wrap(items.slice((number - 1) * size, number * size)));
}
