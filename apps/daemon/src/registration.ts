import { err, ok, orchError, type OrchError, type ProjectId, type Store, type WarmClones } from "@orch/core";

import type { ApiServices } from "./handlers/services.ts";
import type { ManagedProjects } from "./managed-projects.ts";
import type { ProjectBook } from "./project-book.ts";
import { createProjectNames } from "./project-names.ts";
import type { ProjectPlaces } from "./project-places.ts";

/** How projects come and go. */
export type Registration = Pick<ApiServices, "addProject" | "addRepository" | "brokenProjects" | "removeProject">;

/** Registers projects: what an id stands for is remembered on both ways, and managed repositories come and go with them. */
export function createRegistration(deps: {
  readonly projects: ProjectBook;
  readonly store: Store;
  readonly managed: ManagedProjects;
  readonly workspace: Pick<WarmClones, "cool">;
  readonly places: Pick<ProjectPlaces, "forget">;
}): Registration {
  const { projects, store, managed, workspace, places } = deps;
  const names = createProjectNames({ store, projects });

  const addProject: Registration["addProject"] = async (request) => {
    const added = await projects.add({ ...request, nameFor: (derived, source) => names.choose(derived, source) });
    if (added.ok) await names.remember(added.value.project);
    return added;
  };

  return {
    addProject,
    async addRepository({ repository, ...confined }) {
      const id = managed.named(repository);
      if (id === undefined) return undefined;
      const known = projects.get(id);
      // Registered already, from a folder of the person's: that one stays.
      if (known !== undefined && known.source !== managed.folderOf(id)) return ok({ project: known, created: false });
      const path = await managed.bring(id);
      const added = await addProject({ path, id, ...confined });
      if (added.ok && added.value.project.forge !== undefined) return added;
      if (known === undefined) await forget(id, path);
      return added.ok ? err(staysOff(id)) : added;
    },
    brokenProjects: () => projects.broken,
    async removeProject(which) {
      const id = typeof which === "string" ? which : which.id;
      const project = id === undefined ? undefined : projects.get(id);
      if (project !== undefined) await names.remember(project);
      const removed = await projects.remove(which);
      await workspace.cool(projects.list().map((each) => each.id));
      if (removed && id !== undefined) await places.forget(id);
      const kept = removed && id !== undefined ? (await managed.drop(id)).kept : undefined;
      return { removed, ...(kept === undefined ? {} : { kept }) };
    },
  };

  async function forget(id: ProjectId, path: string): Promise<void> {
    await projects.remove({ path });
    await managed.drop(id);
  }
}

function staysOff(id: ProjectId): OrchError {
  return orchError("config_invalid", `${id} would stay off GitHub, so there is nothing to work on`, {
    hint: "Its .orch.yml names another repository in gh.repo, or gh.enabled is false there or in your config.yml.",
  });
}
