export { agentKeysOf } from "./agent-keys.ts";
export { ConfigFile } from "./config-file.ts";
export { type Config, type ProjectEntry } from "./config.ts";
export { DEFAULT_LEARNING } from "./resolve-learning.ts";
export { suggestionFor } from "./suggested-models.ts";
export { looksSecret, type Environment } from "./interpolate.ts";
export { type FileAccess } from "./file-access.ts";
export { loadConfig, findProjectFile, type LoadOptions, type LoadedConfig } from "./load-config.ts";
export { type FileKind } from "./sift-keys.ts";
export { problemLine, type Place, type Problem, type Notice } from "./problem.ts";
export { projectSettings, type RepositoryFacts } from "./project-settings.ts";
export { projectIdFor } from "./project-id.ts";
export {
  homeFolder,
  homePaths,
  contextFile,
  attemptFolder,
  taskFolder,
  type HomePaths,
  type PathRoots,
} from "./home-paths.ts";
export { withForge, withProject, withProjectId, withoutProject, withWebhooks } from "./register-project.ts";
export { watchConfig, type WatchOptions, type ConfigWatch } from "./watch-config.ts";
export { configJsonSchema, knownKeys, type KnownKey } from "./known-keys.ts";
export { readPathFile, type PathFileWords } from "./path-file.ts";
export { durationMs } from "./duration.ts";
