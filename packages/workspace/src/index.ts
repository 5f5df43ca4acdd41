export { createWorkspace, type WorkspaceOptions } from "./workspace.ts";
export { branchFor, slugOf } from "./branch-name.ts";
export { matchesGlob } from "./glob.ts";
