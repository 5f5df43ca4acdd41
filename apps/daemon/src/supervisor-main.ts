#!/usr/bin/env node
// The session supervisor: started once per session, outlives the daemon. Its arguments: a folder for compiled code, the
// session's folder.
const [major = 0] = process.versions.node.split(".").map(Number);
const [cache, folder] = process.argv.slice(2);
if (major < 24 || cache === undefined || folder === undefined) {
  process.stderr.write("orch-supervisor: needs Node 24 or newer, a cache folder and the folder of a session\n");
  process.exitCode = 2;
} else {
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(cache);
  const { systemClock, systemRandom } = await import("@orch/core");
  const { runSupervisor } = await import("@orch/sessions");
  const stop = new AbortController();
  process.on("SIGTERM", () => stop.abort());
  process.on("SIGHUP", () => undefined);
  process.on("SIGINT", () => undefined);
  const exitCode = await runSupervisor({
    folder,
    async protocol(name) {
      const { agentProtocols } = await import("@orch/agents/protocols");
      return agentProtocols.find((protocol) => protocol.name === name);
    },
    clock: systemClock,
    random: systemRandom,
    stop: stop.signal,
  });
  // A process that the child left behind may hold a pipe open; the exit record is written, so nothing waits for it.
  process.exit(exitCode);
}
