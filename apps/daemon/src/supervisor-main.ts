#!/usr/bin/env node
// The session supervisor: started once per session, outlives the daemon. Its only argument is the session's folder.
const [major = 0] = process.versions.node.split(".").map(Number);
const [folder] = process.argv.slice(2);
if (major < 24 || folder === undefined) {
  process.stderr.write("orch-supervisor: needs Node 24 or newer and the folder of a session\n");
  process.exitCode = 2;
} else {
  const { agentProtocols } = await import("@orch/agents");
  const { systemClock, systemRandom } = await import("@orch/core");
  const { runSupervisor } = await import("@orch/sessions");
  const stop = new AbortController();
  process.on("SIGTERM", () => stop.abort());
  process.on("SIGHUP", () => undefined);
  process.on("SIGINT", () => undefined);
  process.exitCode = await runSupervisor({
    folder,
    protocols: agentProtocols,
    clock: systemClock,
    random: systemRandom,
    stop: stop.signal,
  });
}
