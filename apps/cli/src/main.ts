#!/usr/bin/env node
// Nothing is imported before the version is known to do: newer syntax or a native module would end an older Node in a
// crash instead of a sentence.
const [major = 0] = process.versions.node.split(".").map(Number);
const words = process.argv.slice(2);
if (major < 24) {
  process.stderr.write(`orch: Node ${process.versions.node} is too old; orch needs Node 24 or newer.\n`);
  process.exitCode = 1;
} else if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
  const { ownVersion } = await import("./version.ts");
  process.stdout.write(`${ownVersion()}\n`);
} else {
  const { readEnvironment } = await import("./env.ts");
  const environment = readEnvironment();
  const { cacheCompiled } = await import("./compile-cache.ts");
  cacheCompiled(environment.home);
  const { runInProcess } = await import("./run-in-process.ts");
  process.exitCode = await runInProcess(process, environment);
}
