import { lstat, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startDaemon, stopAgents, type BenchDaemon } from "../bench-daemon.ts";
import { megabytes, millis, type Measurement } from "../figure.ts";
import { git, until } from "../programs.ts";
import { median, timed } from "../timing.ts";

const ROUNDS = 5;
/** Longer than the measurement: how many agents run says when the next one does. */
const SLEEPER = ["sleep", "600"];
const FOLDERS = 200;
const FILES_EACH = 100;
/** As long as the installation of a small project's packages. */
const SET_UP = ["sh", "-c", "sleep 3"];
const BLOCK = 512;

/** From a wish to the running agent in a repository of 20,000 files with a set-up of 3 s: with a clone in advance, and without. */
export const warmStart: Measurement = {
  name: "clone in advance",
  async measure(folder) {
    const [cold] = await startsIn(join(folder, "c"), 0);
    const [warm, daemon] = await startsIn(join(folder, "w"), 1);
    const idle = await bytesBelow(daemon.idle);
    const naive = join(folder, "naive");
    git(folder, "clone", "--quiet", "--no-local", join(folder, "w", "repository"), naive);
    const plain = await bytesBelow(naive);
    return [
      {
        name: "task to running agent, clone in advance",
        ratio: median(warm) / median(cold),
        yardstick: "the same without one",
        seen: `${millis(median(warm))}; without one ${millis(median(cold))}`,
        goal: 2000 / median(cold),
      },
      {
        name: "disk of an idle clone in advance",
        ratio: idle / plain,
        yardstick: "a plain git clone",
        seen: `${megabytes(idle)}; a plain clone ${megabytes(plain)}`,
      },
    ];
  },
};

/** Milliseconds of each start, and where a clone in advance lies then. */
async function startsIn(folder: string, warm: number): Promise<[number[], { readonly idle: string }]> {
  await mkdir(folder);
  await using daemon = await startDaemon(folder, {
    command: SLEEPER,
    config: {
      hooks: { after_create: { run: SET_UP, in_advance: true } },
      worktrees: { warm },
    },
    fill: fillRepository,
  });
  const clones = join(folder, "home", "worktrees", "local", "repository");
  const ready = join(folder, "home", "projects", "local", "repository.warm");
  const times: number[] = [];
  // The first start fills the daemon's repository.
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (warm > 0) await until("a clone in advance", async () => (await namesIn(ready)).some(isRecord));
    const time = await timed(() => begin(daemon, round));
    if (round > 0) times.push(time);
  }
  await stopAgents(daemon, ROUNDS + 1);
  if (warm === 0) return [times, { idle: clones }];
  await until("a clone in advance", async () => (await namesIn(ready)).some(isRecord));
  const name = (await namesIn(clones)).find((entry) => entry.startsWith(".warm-")) ?? "";
  return [times, { idle: join(clones, name) }];
}

function isRecord(name: string): boolean {
  return name.endsWith(".ready");
}

/** Resolves when one agent more runs. */
async function begin({ client, place }: BenchDaemon, round: number): Promise<void> {
  await client.call("task add", { title: `Task ${round}`, folder: place.cwd });
  await until("the agent", async () => {
    const { sessions } = await client.call("task live", { folder: place.cwd });
    return sessions.length > round;
  });
}

async function fillRepository(path: string): Promise<void> {
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    await mkdir(join(path, `folder-${folder}`));
    for (let file = 0; file < FILES_EACH; file += 1) {
      await writeFile(join(path, `folder-${folder}`, `file-${file}.txt`), `${folder} ${file}\n`.repeat(100));
    }
  }
  git(path, "add", "--all");
  git(path, "commit", "--quiet", "-m", "first");
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** What a folder takes of the disk. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const facts = await Promise.all(entries.map((entry) => lstat(join(folder, entry))));
  return facts.reduce((sum, { blocks }) => sum + blocks * BLOCK, 0);
}
