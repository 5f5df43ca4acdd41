#!/usr/bin/env node
// Proves a sandbox in a process of its own, whose memory goes with it, and prints what came out as JSON. Its argument: the mode.
// Whoever ended it half-way would leave the proxy's relay behind, and nobody may be listening any more.
for (const name of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process.on(name, () => undefined);
process.stdout.on("error", () => undefined);
const [mode] = process.argv.slice(2);
const { sandboxModes, systemRandom } = await import("@orch/core");
const { proveSandbox } = await import("@orch/sessions");
const known = sandboxModes.find((each) => each === mode) ?? "auto";
process.stdout.write(JSON.stringify(await proveSandbox(known, systemRandom)));
process.exit(0);
