import { join } from "node:path";

/** The environment of every gate: no colour codes in captured output, workspace tools on PATH. */
export function gateEnvironment(root: string): NodeJS.ProcessEnv {
  const tools = join(root, "node_modules", ".bin");
  return {
    ...process.env,
    PATH: `${tools}:${process.env["PATH"] ?? ""}`,
    NO_COLOR: "1",
    FORCE_COLOR: "0",
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
}
