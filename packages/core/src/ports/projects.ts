import type { ProjectId } from "../ids.ts";
import type { ProjectSettings } from "../policy.ts";

/** The known projects, always as of the last good configuration. */
export interface Projects {
  get(id: ProjectId): ProjectSettings | undefined;
  list(): readonly ProjectSettings[];
}
