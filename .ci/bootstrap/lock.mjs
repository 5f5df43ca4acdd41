import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A holder that is older than this is taken for dead, even if its process id lives (ids are reused). */
const STALE_AFTER_MS = 20 * 60_000;
const POLL_MS = 200;

/**
 * Runs `work` while holding a lock file, waiting for another holder first. A lock whose process is
 * gone, or that is older than 20 minutes, is taken over.
 *
 * @template T
 * @param {string} path the lock file
 * @param {{ onWait: () => void }} options `onWait` is called once when another process holds the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, options, work) {
  mkdirSync(dirname(path), { recursive: true });
  let waited = false;
  while (!tryAcquire(path)) {
    if (removeIfStale(path)) continue;
    if (!waited) options.onWait();
    waited = true;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function tryAcquire(path) {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/**
 * Moves a dead holder's lock aside. The rename lets only one of several waiters succeed.
 *
 * @param {string} path
 */
function removeIfStale(path) {
  try {
    const holder = Number.parseInt(readFileSync(path, "utf8"), 10);
    const age = Date.now() - statSync(path).mtimeMs;
    // A holder that has just created the file may not have written its id yet.
    const dead = Number.isNaN(holder) ? age > 5000 : !isAlive(holder);
    if (!dead && age < STALE_AFTER_MS) return false;
    const aside = `${path}.${process.pid}.stale`;
    renameSync(path, aside);
    rmSync(aside, { force: true });
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}
