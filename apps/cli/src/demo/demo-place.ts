import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { orchError } from "@orch/core";

import { git } from "../git.ts";
import { quoted } from "../render/quoted.ts";

const DEMO = resolve(import.meta.dirname, "..", "..", "demo");
const RECORDING = join(DEMO, "recordings", "spans.json");
const CHECKOUT = resolve(DEMO, "..", "..", "..");

/** Faster than it was recorded: nobody wants to wait for a recording. */
const PACE = 0.4;

/** How the library came to be, oldest first: each commit with the files that it brought. */
const HISTORY = [
  ["Parse spans", "package.json", "src/units.js", "src/parse.js", "test/parse.test.js"],
  ["Format spans", "src/format.js", "src/index.js", "test/format.test.js", "README.md"],
  ["Tell orch how to test, and to merge what is proven", ".orch.yml"],
] as const;

/** Where a demo happens: a fresh folder with a home of orch and the copy of the repository. */
export interface DemoPlace {
  /** The home folder of orch, for this demo alone. */
  readonly home: string;
  /** The copy of the repository, a git repository with some history. */
  readonly copy: string;
  /** The commit that the tasks start from. */
  readonly base: string;
  /** Removes the home; the copy stays to be looked at. */
  readonly removeHome: () => Promise<void>;
  /** Removes everything. */
  readonly removeAll: () => Promise<void>;
}

/** Makes the place. Throws `tool_missing` without git, `home_unusable` where nothing can be written. */
export async function makePlace({ confined }: { readonly confined: boolean }): Promise<DemoPlace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "orch-"))).catch((cause: unknown) => {
    throw orchError("home_unusable", `nothing can be written to ${tmpdir()}`, {
      hint: "Make it writable, or set TMPDIR to a folder with a short path.",
      cause,
    });
  });
  const home = join(root, "home");
  const copy = join(root, "spans");
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5 });
  try {
    await mkdir(home, { mode: 0o700 });
    await writeFile(join(home, "config.yml"), configuration(confined), { mode: 0o600 });
    await cp(join(DEMO, "library"), copy, { recursive: true });
    const base = await makeHistory(copy);
    return { home, copy, base, removeHome: () => remove(home), removeAll: () => remove(root) };
  } catch (error) {
    await remove(root);
    throw error;
  }
}

/**
 * The agents that the demo can use: those that orch knows, with their own settings, and the recording. Where no sandbox
 * works the demo goes without one, which it says: the copy and the home are thrown away.
 */
function configuration(confined: boolean): string {
  const replay = { driver: "replay", options: { recording: RECORDING, pace: PACE } };
  return JSON.stringify({ agents: { codex: {}, replay }, ...(confined ? {} : { sandbox: { mode: "none" } }) });
}

async function makeHistory(copy: string): Promise<string> {
  await git(copy, "init", "--quiet", "--initial-branch=main");
  await git(copy, "config", "user.name", "orch demo");
  await git(copy, "config", "user.email", "demo@example.com");
  for (const [message, ...files] of HISTORY) {
    await git(copy, "add", "--", ...files);
    await git(copy, "commit", "--quiet", "-m", message);
  }
  return git(copy, "rev-parse", "HEAD");
}

/** How a person in a folder types a command of orch, with this checkout. */
export function fromCheckout(folder: string, words: string): string {
  const prefix = folder === CHECKOUT ? "" : `--prefix ${quoted(CHECKOUT)} `;
  return `npm run -s ${prefix}orch -- ${words}`;
}
