import { isAbsolute } from "node:path";

import { parseProjectId, unwrap, type ProjectId, type Projects } from "@orch/core";
import { describe, expect, test } from "vitest";

/** Projects, at least two of them, and their ids. */
export interface ProjectsBench {
  readonly projects: Projects;
  readonly known: readonly ProjectId[];
}

/** The contract of `Projects`. `make` is called once per case and cleans up by itself. */
export function describeProjects(name: string, { make }: { make(): Promise<ProjectsBench> }): void {
  describe(`Projects contract: ${name}`, () => {
    test("lists every known project once", async () => {
      const { projects, known } = await make();
      expect(
        projects
          .list()
          .map((project) => project.id)
          .toSorted(),
      ).toEqual(known.toSorted());
    });

    test("gives each listed project by its id, the same settings", async () => {
      const { projects } = await make();
      for (const project of projects.list()) expect(projects.get(project.id)).toEqual(project);
    });

    test("an unknown project is undefined", async () => {
      const { projects } = await make();
      for (const id of ["acme/nowhere", "a/b", "constructor/prototype"]) {
        expect(projects.get(unwrap(parseProjectId(id)))).toBeUndefined();
      }
    });

    test("settings are complete: an absolute source, limits and a policy that are numbers", async () => {
      const { projects } = await make();
      for (const { source, limits, policy, branchTemplate } of projects.list()) {
        expect(isAbsolute(source)).toBe(true);
        expect(branchTemplate).not.toBe("");
        const { merge, onUsageLimit, onExhausted, retryMode, ...figures } = policy;
        for (const figure of Object.values({ ...limits, ...figures })) {
          expect(figure).toBeGreaterThanOrEqual(0);
        }
        for (const choice of [merge, onUsageLimit, onExhausted, retryMode]) expect(choice).toMatch(/^[a-z_]+$/);
      }
    });
  });
}
