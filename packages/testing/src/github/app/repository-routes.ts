import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import { bareRepository } from "../git/bare-repository.ts";
import { installPushRules } from "../git/push-rules.ts";
import { type Api, bodyOf, type Call, type Json, repositoryFor, repositoryOf } from "../http/api.ts";
import { Refusal } from "../http/refusal.ts";
import { passOn } from "../issues/proxied.ts";
import { type Repository, ROLES } from "../state/repository.ts";
import { emptyParts } from "../state/seed.ts";
import { rename, transfer } from "./moves.ts";
import { openToBacking } from "./share.ts";

const REPO = "/repos/:owner/:repo";

/** A repository itself, its settings, and forks. */
export function registerRepositories(api: Api): void {
  api.get(REPO, async (call) => call.json(await fullJson(call, repositoryOf(call))));
  api.patch(REPO, async (call) => {
    const repository = repositoryFor(call, "admin");
    await rename(call, repository);
    const { name: _name, ...settings } = bodyOf(call);
    for (const [name, value] of Object.entries(settings)) repository.settings[name] = value;
    return call.json(await fullJson(call, repository));
  });
  api.post(`${REPO}/transfer`, transfer);
  api.post(`${REPO}/forks`, fork);
}

async function fullJson(call: Call, repository: Repository): Promise<Json> {
  const { world, actor } = call.var;
  const body = await world.repositoryJson(repository);
  const reached = ROLES.indexOf(world.roleOf(actor, repository));
  const may = { admin: 5, maintain: 4, push: 3, triage: 2, pull: 1 };
  const permissions = Object.fromEntries(Object.entries(may).map(([name, least]) => [name, reached >= least]));
  const parent = repository.forkOf === undefined ? undefined : world.find(repository.forkOf);
  const origin = parent === undefined ? undefined : await world.repositoryJson(parent);
  return {
    ...body,
    ...(origin === undefined ? {} : { fork: true, parent: origin, source: origin }),
    pushed_at: body["pushed_at"] ?? body["created_at"],
    ...repository.settings,
    network_count: 0,
    subscribers_count: 0,
    permissions,
  };
}

async function fork(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "read");
  const { world, actor } = call.var;
  if (actor.kind !== "user") throw new Refusal(403, "Resource not accessible by integration");
  const known = world.find(`${actor.login}/${repository.name}`);
  if (known !== undefined) return call.json(await fullJson(call, known), 202);
  const response = await passOn(call);
  const body = asRecord(await response.clone().json());
  if (response.status !== 202) return response;
  const fullName = asString(body["full_name"]);
  const path = `${repository.git.path.slice(0, -".git".length)}-of-${actor.login}.git`;
  await repository.git.git("clone", "--quiet", "--bare", repository.git.path, path);
  await installPushRules(path);
  const made: Repository = {
    ...repository,
    id: Number(body["id"]),
    owner: actor.login,
    name: fullName.split("/")[1] ?? "",
    fullName,
    ownerIsOrganization: false,
    forkOf: repository.fullName,
    git: bareRepository(path),
    settings: {},
    roles: new Map([[actor.login.toLowerCase(), "admin"]]),
    ...emptyParts(),
  };
  world.repositories.set(fullName.toLowerCase(), made);
  await openToBacking(world, made);
  return call.json(await fullJson(call, made), 202);
}
