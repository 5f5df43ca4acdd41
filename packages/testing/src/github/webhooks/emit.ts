import type { Json } from "../http/api.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { Actor, World } from "../state/world.ts";

/** An event of a repository. */
export interface RepositoryEvent {
  readonly event: string;
  readonly payload: Json;
  /** Who did it. */
  readonly by: Actor;
  /** The one hook that hears it. */
  readonly only?: number;
}

/** Tells an event to the hooks of the repository and to the App where it is installed. */
export async function emit(
  world: World,
  repository: Repository,
  { event, payload, by, only }: RepositoryEvent,
): Promise<void> {
  const full = await world.repositoryJson(repository);
  const sender = await world.user(by.login);
  const installation =
    world.app === undefined
      ? {}
      : { installation: { id: world.app.installation, node_id: nodeId("I", world.app.installation) } };
  const organization = repository.ownerIsOrganization ? { organization: organizationOf(full["owner"] as Json) } : {};
  const common = { repository: payload["repository"] ?? full, ...organization, sender };
  const wrong = world.checks?.event(event, actionOf(payload), { ...payload, ...common });
  if (wrong !== undefined) throw new TypeError(`the stand-in's event is not as GitHub describes it: ${wrong}`);
  const scope = `repository:${repository.id}`;
  const about = { event, repositoryId: repository.id, at: world.now(), only };
  world.relay.send({ ...about, scopes: [scope], payload: { ...payload, ...common } });
  world.relay.send({ ...about, scopes: ["app"], payload: { ...payload, ...common, ...installation } });
}

function actionOf({ action }: Json): string | undefined {
  return typeof action === "string" ? action : undefined;
}

function organizationOf(owner: Json): Json {
  const fields = ["login", "id", "node_id", "url", "repos_url", "events_url", "hooks_url", "issues_url", "members_url"];
  const kept = Object.fromEntries(fields.map((field) => [field, owner[field]]));
  const url = String(owner["url"]).replace("/users/", "/orgs/");
  return {
    ...kept,
    url,
    public_members_url: owner["public_members_url"],
    avatar_url: owner["avatar_url"],
    description: "",
  };
}
