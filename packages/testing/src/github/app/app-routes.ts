import { asRecord, asRecords, asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, type Json, page, paramOf, repositoryFor, repositoryOf } from "../http/api.ts";
import type { Tokens } from "../http/authenticate.ts";
import { nameOf } from "../http/front.ts";
import type { RateLimits } from "../http/rate-limits.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { passOn } from "../issues/proxied.ts";
import { type Role, ROLES } from "../state/repository.ts";
import { share } from "./share.ts";

/** Who someone is, what they may, and the App's tokens. */
export function registerIdentities(api: Api, { tokens, limits }: { tokens: Tokens; limits: RateLimits }): void {
  api.get("/rate_limit", (call) => call.json(limits.report(nameOf(call.get("actor")))));
  api.get("/user", (call) => {
    const { kind } = call.get("actor");
    if (kind === "anonymous") throw new Refusal(401, "Requires authentication");
    if (kind === "installation") throw new Refusal(403, "Resource not accessible by integration");
    call.header("x-oauth-scopes", "repo, read:org, workflow");
    return passOn(call);
  });
  api.get("/installation/repositories", async (call) => {
    const { world, actor } = call.var;
    if (actor.kind !== "installation")
      throw new Refusal(403, "You must authenticate with an installation access token");
    const ids = actor.installation?.repositories;
    const mine = [...world.repositories.values()].filter(({ id }) => ids === undefined || ids.includes(id));
    const repositories = await Promise.all(mine.map((repository) => world.repositoryJson(repository)));
    return call.json({
      total_count: repositories.length,
      repository_selection: ids === undefined ? "all" : "selected",
      repositories,
    });
  });
  api.delete("/installation/token", (call) => {
    tokens.revoke(call.get("actor").token ?? "");
    return call.body(null, 204);
  });
  registerApp(api, tokens);
  registerCollaborators(api);
}

function registerApp(api: Api, tokens: Tokens): void {
  api.get("/app", async (call) => {
    const response = await passOn(call);
    const { world } = call.var;
    if (response.status !== 200 || world.app === undefined) return response;
    const app = asRecord(await response.clone().json());
    return call.json({ ...app, owner: await world.user(world.app.owner) });
  });
  api.get("/repos/:owner/:repo/installation", async (call) => {
    const response = await passOn(call);
    if (response.status !== 200) return response;
    const installation = asRecord(await response.clone().json());
    const shown = asRecord(installation["account"]);
    const account = shown["type"] === "User" ? await call.get("world").user(asString(shown["login"])) : shown;
    const html = `${call.get("world").url}/settings/installations/${String(installation["id"])}`;
    return call.json({
      target_id: account["id"],
      target_type: account["type"],
      html_url: html,
      single_file_name: null,
      suspended_at: null,
      suspended_by: null,
      ...installation,
      account,
    });
  });
  api.post("/app/installations/:installation/access_tokens", async (call) => {
    checkWanted(asRecord(bodyOf(call)["permissions"]), call);
    const response = await passOn(call);
    if (response.status !== 201) return response;
    const { world } = call.var;
    const { repositories, ...answer } = asRecord(await response.clone().json());
    const named = asRecords(repositories).flatMap(({ full_name: name }) => world.find(asString(name)) ?? []);
    const isNarrowed = answer["repository_selection"] === "selected";
    const shown = isNarrowed
      ? { repositories: await Promise.all(named.map((each) => world.repositoryJson(each))) }
      : {};
    tokens.addInstallation({ ...answer, ...shown }, Number(paramOf(call, "installation")));
    return call.json({ ...answer, ...shown }, 201);
  });
}

/** Nobody gets more than the App was given. @throws Refusal 422 */
function checkWanted(wanted: Json, call: Call): void {
  const given: Json = { ...call.get("world").app?.permissions, metadata: "read" };
  const isGiven = ([name, right]: [string, unknown]): boolean =>
    given[name] === "write" || (given[name] === "read" && right === "read");
  if (!Object.entries(wanted).every(isGiven)) {
    throw new Refusal(422, "The permissions requested are not granted to this installation.");
  }
}

function registerCollaborators(api: Api): void {
  const one = "/repos/:owner/:repo/collaborators/:login";
  api.get(`${one}/permission`, async (call) => {
    const repository = repositoryFor(call, "write");
    const { world } = call.var;
    const login = paramOf(call, "login");
    const { status } = await world.backing.call("GET", `/users/${encodeURIComponent(login)}`);
    if (status !== 200) throw notFound();
    const role = world.roleOf({ kind: "user", login, token: undefined }, repository);
    const user = { ...(await world.user(login)), ...rightsOf(role) };
    return call.json({ permission: legacy(role), role_name: role, user });
  });
  api.get("/repos/:owner/:repo/collaborators", async (call) => {
    const repository = repositoryFor(call, "write");
    const known = [...repository.roles].filter(([login, role]) => role !== "none" && login !== "admin");
    const users = await Promise.all(
      known.map(async ([login, role]) => ({ ...(await call.get("world").user(login)), ...rightsOf(role) })),
    );
    return page(call, users);
  });
  api.get(one, (call) => {
    const role = repositoryOf(call).roles.get(paramOf(call, "login").toLowerCase()) ?? "none";
    if (role === "none") throw notFound();
    return call.body(null, 204);
  });
  const give = async (call: Call, role: Role): Promise<Response> => {
    await share(call.get("world"), repositoryFor(call, "admin"), { login: paramOf(call, "login"), role });
    return call.body(null, 204);
  };
  api.put(one, (call) => give(call, roleNamed(call)));
  api.delete(one, (call) => give(call, "none"));
}

function rightsOf(role: Role): Json {
  const reached = ROLES.indexOf(role);
  const has = (needed: Role): boolean => reached >= ROLES.indexOf(needed);
  const permissions = {
    admin: has("admin"),
    maintain: has("maintain"),
    push: has("write"),
    triage: has("triage"),
    pull: has("read"),
  };
  return { permissions, role_name: role };
}

/** The four words of the older field. */
function legacy(role: Role): string {
  if (role === "triage") return "read";
  return role === "maintain" ? "write" : role;
}

function roleNamed(call: Call): Role {
  const named = call.get("text") === "" ? "push" : asString(bodyOf(call)["permission"]);
  const known: Readonly<Record<string, Role>> = {
    pull: "read",
    triage: "triage",
    push: "write",
    maintain: "maintain",
    admin: "admin",
  };
  const role = known[named === "" ? "push" : named];
  if (role === undefined) throw new Refusal(422, "Validation Failed");
  return role;
}
