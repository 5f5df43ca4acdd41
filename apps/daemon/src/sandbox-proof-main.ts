#!/usr/bin/env node
// Proves a sandbox in a process of its own, whose memory goes with it, and prints what came out as JSON. Its argument: the mode.
const [mode] = process.argv.slice(2);
const { sandboxModes, systemRandom } = await import("@orch/core");
const { proveSandbox } = await import("@orch/sessions");
const known = sandboxModes.find((each) => each === mode) ?? "auto";
process.stdout.write(JSON.stringify(await proveSandbox(known, systemRandom)));
process.exit(0);
