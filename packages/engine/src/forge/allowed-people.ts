import { isAllowedAuthor } from "@orch/forge";

import type { EngineDeps } from "../deps.ts";

/**
 * Where `workflow.allowed_authors` names whose wishes count (seed row A17), everybody else is heard as somebody who may
 * read, whatever their role: their issues, labels, comments, commands and reviews begin and decide nothing.
 */
export function hearingAllowedPeople(deps: EngineDeps): EngineDeps {
  const { forges, projects } = deps;
  if (forges === undefined) return deps;
  return {
    ...deps,
    forges: {
      key: forges.key,
      of(project) {
        const forge = forges.of(project);
        if (forge === undefined) return undefined;
        return {
          ...forge,
          async roleOf(login) {
            const role = await forge.roleOf(login);
            const intake = projects.get(project)?.forge?.intake;
            return intake === undefined || isAllowedAuthor(login, { role, intake }) ? role : "read";
          },
        };
      },
    },
  };
}
