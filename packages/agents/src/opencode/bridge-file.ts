import { fileURLToPath } from "node:url";

// Built, everything lies in one folder; as source, the bridge lies one folder up.
const place = import.meta.url.endsWith(".ts") ? "../opencode-bridge-main.ts" : "./opencode-bridge-main.mjs";

/** The program that stands between a supervisor and `opencode serve`, for `node`. */
export const bridgeFile: string = fileURLToPath(new URL(place, import.meta.url));
