import { isDeepStrictEqual } from "node:util";

import { asOrchError, type Clock, type OrchError, type Result, type Timer } from "@orch/core";

import { watchFolders } from "./watch-folders.ts";

/** What is watched, and who hears of it. The callbacks must not throw. */
export interface WatchOptions<Value> {
  /** The last known good value. */
  readonly initial: Value;
  /** The folders that hold configuration files, or may come to hold them. */
  folders(value: Value): readonly string[];
  /** Loads afresh; must not throw. */
  load(): Promise<Result<Value, OrchError>>;
  readonly clock: Clock;
  /** Called with a good value that differs from the last one. */
  onChange(value: Value): void;
  /** Called when loading or watching fails; the last good value stays in force. */
  onProblem(error: OrchError): void;
}

/** A configuration that follows its files. */
export interface ConfigWatch<Value> {
  /** The last good value. */
  current(): Value;
  /** Loads now instead of at the next change. */
  reload(): Promise<void>;
  /** Stops watching; harmless when called twice. */
  close(): void;
}

const QUIET_MS = 200;

/**
 * Follows configuration files. States: *quiet* (watching) → *due* (a file changed; a timer waits until changes pause)
 * → *loading* → quiet. A change while loading makes it due again. Folders are watched rather than files, because
 * editors replace files. A broken file is reported and changes nothing.
 */
export function watchConfig<Value>(options: WatchOptions<Value>): ConfigWatch<Value> {
  let current = options.initial;
  let timer: Timer | undefined;
  let loading: Promise<void> = Promise.resolve();
  let closed = false;
  const folders = watchFolders({ onChange: schedule, onProblem: (error) => options.onProblem(error) });

  function schedule(): void {
    if (closed) return;
    timer?.cancel();
    timer = options.clock.after(QUIET_MS, () => void reload());
  }

  function reload(): Promise<void> {
    loading = loading.then(load);
    return loading;
  }

  async function load(): Promise<void> {
    if (closed) return;
    const loaded = await options.load().catch((cause: unknown) => ({ ok: false, error: asOrchError(cause) }) as const);
    if (closed) return;
    if (!loaded.ok) return options.onProblem(loaded.error);
    if (isDeepStrictEqual(loaded.value, current)) return;
    current = loaded.value;
    folders.follow(options.folders(current));
    options.onChange(current);
  }

  folders.follow(options.folders(current));
  // What changed between loading and watching would be missed otherwise.
  schedule();
  return {
    current: () => current,
    reload,
    close() {
      closed = true;
      timer?.cancel();
      folders.follow([]);
    },
  };
}
