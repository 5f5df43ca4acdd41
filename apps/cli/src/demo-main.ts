// What `npm start` runs. As in main.ts, nothing is imported before the version is known to do.
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  process.stderr.write(`orch: Node ${process.versions.node} is too old; start this with: npm start\n`);
  process.exitCode = 1;
} else {
  const { readEnvironment } = await import("./env.ts");
  const { runInProcess } = await import("./run-in-process.ts");
  const { start } = await import("./demo/start.ts");
  process.exitCode = await runInProcess(process, readEnvironment(), start);
}
