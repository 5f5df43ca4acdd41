import { fileURLToPath } from "node:url";

// The player is built beside this module, or stands beside it as source.
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".mjs";

/** The program that plays recordings, for `node`. */
export const playerFile: string = fileURLToPath(new URL(`./replay-player-main${extension}`, import.meta.url));
