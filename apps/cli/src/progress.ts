import type { Context } from "./context.ts";

const EVERY_MS = 1000;

/** Waits for work, and after a second says so on a terminal's standard error, with the time that it has taken. */
export async function withProgress<Value>(
  { host, global }: Pick<Context, "host" | "global">,
  what: string,
  work: () => Promise<Value>,
): Promise<Value> {
  if (!host.err.isTerminal || global.json) return work();
  const begin = host.clock.monotonic();
  let shown = false;
  let timer = host.clock.after(EVERY_MS, show);
  function show(): void {
    const seconds = Math.round((host.clock.monotonic() - begin) / 1000);
    host.err.write(`\r\u001B[K${what} … ${seconds} s`);
    shown = true;
    timer = host.clock.after(EVERY_MS, show);
  }
  try {
    return await work();
  } finally {
    timer.cancel();
    if (shown) host.err.write("\r\u001B[K");
  }
}
