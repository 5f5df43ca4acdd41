import { fileURLToPath } from "node:url";

// The bridge is built beside this module, or stands beside it as source.
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".mjs";

/** The program that stands between a supervisor and `opencode serve`, for `node`. */
export const bridgeFile: string = fileURLToPath(new URL(`./opencode-bridge-main${extension}`, import.meta.url));
