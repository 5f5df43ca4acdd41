export { createGitHubForge, GITHUB_API, type GitHubForgeOptions } from "./github-forge.ts";
