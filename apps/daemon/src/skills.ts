import { join } from "node:path";

import { homePaths, type Config } from "@orch/config";
import type { Clock, Logger, Random, Redactor } from "@orch/core";
import { createSkills, folderName, syncSkills, type Skills } from "@orch/skills";
import { createFileFetcher } from "@orch/workspace";

import type { DaemonEnvironment } from "./env.ts";
import type { SkillService } from "./handlers/services.ts";

/** The skills of this machine, always by the configuration of now: the person's own first, then those that were brought. */
export function createSkillService(parts: {
  readonly environment: DaemonEnvironment;
  readonly configuration: () => Pick<Config, "skills">;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly random: Random;
  readonly clock: Clock;
}): SkillService & Pick<Skills, "documents"> {
  const { environment, configuration, logger, redactor, random, clock } = parts;
  const { home, userHome, path } = environment;
  const paths = homePaths(home);
  const fetch = createFileFetcher({ home, searchPath: path.join(":"), clock, logger, redactor });

  function skills(): Skills {
    const brought = configuration().skills.map((source) => join(paths.broughtSkills, folderName(source)));
    return createSkills({ folders: [paths.skills, ...brought, join(userHome, ".claude", "skills")] });
  }

  return {
    catalogue: async () => [...(await skills().catalogue())],
    documents: (ids) => skills().documents(ids),
    async sync() {
      const outcomes = await syncSkills(configuration().skills, { folder: paths.broughtSkills, fetch, random });
      return outcomes.map((outcome) => (outcome.ok ? { ...outcome, skills: [...outcome.skills] } : outcome));
    },
  };
}
