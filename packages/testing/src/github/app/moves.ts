import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, repositoryFor } from "../http/api.ts";
import { Refusal } from "../http/refusal.ts";
import type { Repository } from "../state/repository.ts";
import type { Actor, World } from "../state/world.ts";
import { emit } from "../webhooks/emit.ts";
import { openToBacking } from "./share.ts";

const NAMED = /^((?:\/api\/v3)?)\/repos\/([^/]+)\/([^/]+)(\/.*)?$/;
const DOCUMENTATION = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects";

/** Where a repository is now that was renamed or transferred, as GitHub answers a request under its old name; undefined: it is there. */
export function redirectFor(world: World, actor: Actor, call: Call): Response | undefined {
  const { pathname, search } = new URL(call.req.url);
  const [, api = "", owner = "", name = "", rest = ""] = NAMED.exec(pathname) ?? [];
  const oldName = `${owner}/${name}`;
  if (owner === "" || world.find(oldName) !== undefined) return undefined;
  const repository = world.named(oldName);
  if (repository === undefined || !world.may(actor, repository, "read")) return undefined;
  const url = `${world.url}${api}/repositories/${repository.id}${rest}${search}`;
  const isRead = call.req.method === "GET" || call.req.method === "HEAD";
  return Response.json(
    { message: "Moved Permanently", url, documentation_url: DOCUMENTATION },
    { status: isRead ? 301 : 307, headers: { location: url } },
  );
}

/** Repositories by their numbers, which is where the redirects of old names lead. */
export function registerNumbers(root: Api, world: World): void {
  for (const api of ["", "/api/v3"]) {
    root.all(`${api}/repositories/:id{[0-9]+}`, (call) => byNumber(call, world, api));
    root.all(`${api}/repositories/:id{[0-9]+}/*`, (call) => byNumber(call, world, api));
  }
}

/** Asks for the same under the present name: log, limits and rights are those of that request. */
async function byNumber(call: Call, world: World, api: string): Promise<Response> {
  const { pathname, search } = new URL(call.req.url);
  const id = Number(call.req.param("id"));
  const repository = world.byId(id);
  const rest = pathname.slice(`${api}/repositories/${id}`.length);
  // Nobody's name: it answers as GitHub does where there is nothing.
  const name = repository?.fullName ?? `no/${id}`;
  const { method } = call.req;
  const body = method === "GET" || method === "HEAD" ? {} : { body: await call.req.text() };
  const headers = new Headers(call.req.header());
  headers.delete("host");
  headers.delete("content-length");
  const answer = await fetch(`${world.url}${api}/repos/${name}${rest}${search}`, {
    method,
    headers,
    redirect: "manual",
    ...body,
  });
  const isEmpty = answer.status === 204 || answer.status === 304;
  return new Response(isEmpty ? null : await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
}

/** Renames, as a change of a repository's `name` asks for. */
export async function rename(call: Call, repository: Repository): Promise<void> {
  const name = asString(bodyOf(call)["name"]);
  if (name === "" || name === repository.name) return;
  const { world, actor } = call.var;
  await move(world, repository, { to: { owner: repository.owner, name }, path: "", method: "PATCH", body: { name } });
  const changes = { repository: { name: { from: world.lastNameOf(repository.id).split("/")[1] ?? "" } } };
  await emit(world, repository, { event: "repository", payload: { action: "renamed", changes }, by: actor });
}

/** Gives a repository to somebody else, at once: they are asked on GitHub, unless whoever asks administers both. */
export async function transfer(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "admin");
  const { world, actor } = call.var;
  const owner = asString(bodyOf(call)["new_owner"]);
  const { owner: before, name } = repository;
  const from = asRecord((await world.backing.call("GET", `/users/${before}`)).body);
  await move(world, repository, { to: { owner, name }, path: "/transfer", method: "POST", body: { new_owner: owner } });
  repository.ownerIsOrganization = (await world.backing.call("GET", `/orgs/${owner}`)).status === 200;
  repository.roles.set(owner.toLowerCase(), "admin");
  await openToBacking(world, repository);
  const changes = { owner: { from: { user: from } } };
  await emit(world, repository, { event: "repository", payload: { action: "transferred", changes }, by: actor });
  return call.json(await world.repositoryJson(repository), 202);
}

async function move(
  world: World,
  repository: Repository,
  told: {
    readonly to: { readonly owner: string; readonly name: string };
    readonly path: string;
    readonly method: string;
    readonly body: object;
  },
): Promise<void> {
  const { to, path, method, body } = told;
  const old = repository.fullName;
  const reply = await world.backing.call(method, `/repos/${old}${path}`, { body });
  if (reply.status >= 300) throw new Refusal(reply.status, "Repository creation failed.");
  const fullName = `${to.owner}/${to.name}`;
  Object.assign(repository, { ...to, fullName });
  world.moved.set(old.toLowerCase(), { id: repository.id, name: old });
  world.repositories.delete(old.toLowerCase());
  world.repositories.set(fullName.toLowerCase(), repository);
}
