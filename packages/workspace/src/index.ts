export { createWorkspace, type WorkspaceOptions } from "./workspace.ts";
export { createFileFetcher, type FetchedFiles, type FetchFilesRequest } from "./fetch-files.ts";
export { branchFor, slugOf } from "./branch-name.ts";
export { matchesGlob } from "./glob.ts";
