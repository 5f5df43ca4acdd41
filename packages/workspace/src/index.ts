export { createWorkspace, type WorkspaceOptions } from "./workspace.ts";
export { createFileFetcher, type FetchedFiles, type FetchFilesRequest } from "./fetch-files.ts";
export { createManagedClones, type ManagedClone, type ManagedClones, type ManagedRemoval } from "./managed.ts";
export { openWorktrees, type Worktrees } from "./worktrees.ts";
export { branchFor, slugOf } from "./branch-name.ts";
export { matchesGlob } from "./glob.ts";
