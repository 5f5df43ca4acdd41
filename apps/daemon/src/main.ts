#!/usr/bin/env node
// Nothing is imported before the version is known to do: better-sqlite3 ends an older Node in a crash.
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(`orch: Node ${process.versions.node} is too old; orch needs Node 24 or newer.\n`);
  process.exitCode = 1;
} else {
  const { serve } = await import("./serve.ts");
  process.exitCode = await serve(process);
}
