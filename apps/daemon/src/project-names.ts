import { orchError, parseProjectId, unwrap, type Json, type ProjectId, type Projects, type Store } from "@orch/core";

import { exists, rootCommit } from "./repository.ts";

const MOST_NAMESAKES = 1000;

/** Which repository a project's id stands for. */
interface Origin {
  /** Absolute path, as it was registered. */
  readonly source: string;
  /** The name of its first commit. */
  readonly root: string;
}

/** Ids for repositories that have nothing but the name of their folder. */
export interface ProjectNames {
  /** The id itself, or `local/app-2` when it stands for another repository: tasks of one never become those of another. */
  choose(derived: ProjectId, source: string): Promise<ProjectId>;
  /** Keeps which repository an id stands for, so that it is known when the project has been removed. */
  remember(project: { readonly id: ProjectId; readonly source: string }): Promise<void>;
}

/** True for ids that are made from a folder's name. */
export function isLocal(id: ProjectId): boolean {
  return id.startsWith("local/");
}

/**
 * Names repositories by what the store remembers. An id stands for the repository with the same first commit, at the
 * same place or moved from it; a copy beside it is another one.
 */
export function createProjectNames(deps: { readonly store: Store; readonly projects: Projects }): ProjectNames {
  const { store, projects } = deps;
  const cursor = (id: ProjectId): string => `project-origin:${id}`;

  async function isFree(id: ProjectId, found: Origin): Promise<boolean> {
    if (projects.get(id) !== undefined) return false;
    const known = parseOrigin(await store.cursor(cursor(id)));
    if (known === undefined) return true;
    return known.root === found.root && (known.source === found.source || !(await exists(known.source)));
  }

  return {
    async choose(derived, source) {
      const found = { source, root: await rootCommit(source) };
      for (let number = 1; number <= MOST_NAMESAKES; number += 1) {
        const id = number === 1 ? derived : unwrap(parseProjectId(`${derived}-${number}`));
        if (await isFree(id, found)) return id;
      }
      throw orchError("usage", `${derived} and its namesakes stand for other repositories`, {
        hint: "Give it an id of its own: orch project add <path> --repo owner/name",
      });
    },
    async remember({ id, source }) {
      if (!isLocal(id)) return;
      const origin: Origin = { source, root: await rootCommit(source) };
      const known = parseOrigin(await store.cursor(cursor(id)));
      if (origin.root === "" || (known?.source === source && known.root === origin.root)) return;
      await store.commit({ writes: [{ kind: "cursor:put", name: cursor(id), value: { ...origin } }] });
    },
  };
}

function parseOrigin(value: Json | undefined): Origin | undefined {
  if (typeof value !== "object" || value === null || !("source" in value) || !("root" in value)) return undefined;
  const { source, root } = value;
  return typeof source === "string" && typeof root === "string" ? { source, root } : undefined;
}
