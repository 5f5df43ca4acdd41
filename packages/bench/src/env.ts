/** What a measured program sees: the search path, a home of its own, and nothing that a developer's shell has set. */
export function cleanEnvironment(home: string): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "", HOME: home, ORCH_HOME: home };
}

/** An environment in which git reads no configuration of the machine or the person. */
export function gitEnvironment(): Readonly<Record<string, string>> {
  const identity = { GIT_AUTHOR_NAME: "Bench", GIT_AUTHOR_EMAIL: "bench@example.com" };
  const committer = { GIT_COMMITTER_NAME: "Bench", GIT_COMMITTER_EMAIL: "bench@example.com" };
  const none = { HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  return { PATH: process.env["PATH"] ?? "", ...identity, ...committer, ...none };
}
