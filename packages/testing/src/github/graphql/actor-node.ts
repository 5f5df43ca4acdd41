import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import type { Json } from "../http/api.ts";
import type { World } from "../state/world.ts";
import { connection, type ListArguments } from "./connection.ts";
import { projectNode } from "./project-nodes.ts";

/** An object of the schema: values, or functions that give them. */
export type Node = Json;

/** A person, bot or organisation. */
export function actorNode(world: World, user: unknown): Node | null {
  const { login, type, node_id: id, id: databaseId, html_url: url, avatar_url: avatarUrl } = asRecord(user);
  if (login === undefined) return null;
  const name = asString(login);
  const projects = [...world.projects.values()].filter(({ owner }) => owner === name);
  return {
    __typename: asString(type) || "User",
    id,
    login,
    databaseId,
    url,
    avatarUrl,
    name,
    projectsV2: (options: ListArguments) =>
      connection(
        projects.map((project) => projectNode(world, project)),
        options,
      ),
    projectV2: ({ number }: { number: number }) => {
      const found = projects.find((project) => project.number === number);
      return found === undefined ? null : projectNode(world, found);
    },
  };
}
