import { isAbsolute, resolve } from "node:path";

import { connect, socketPathOf, type Client } from "@orch/api";
import type { ArgumentsOf, GlobalFlags, Place, VerbName, VerbNamed } from "@orch/commands";
import { orchError } from "@orch/core";

import type { Host } from "./host.ts";
import { createStyle, type Style } from "./render/style.ts";

/** What a verb of the command line works with. */
export interface Context {
  readonly host: Host;
  readonly global: GlobalFlags;
  /** Colours, or none, for standard output. */
  readonly style: Style;
  readonly client: Client;
}

/** What a verb ends in: data to print, or nothing when it has printed already, and how the process exits. */
export interface Done {
  readonly data?: unknown;
  readonly exitCode?: 0 | 1 | 2 | 3 | 4;
}

/** A verb that the command line does itself. */
export type LocalVerb<Name extends VerbName> = (
  context: Context,
  args: ArgumentsOf<VerbNamed<Name>>,
) => Promise<Done> | Done;

/** The context of one call. */
export function createContext(host: Host, global: GlobalFlags): Context {
  return {
    host,
    global,
    style: createStyle(host.out.isTerminal && global.color && host.colorAllowed && !global.json),
    client: clientOf(host),
  };
}

/** The same context with a client that gives up after so many milliseconds: a daemon may hang. Runs `work` with it. */
export async function withPatience<Value>(
  context: Context,
  { ms, work }: { readonly ms: number; readonly work: (patient: Context) => Promise<Value> },
): Promise<Value> {
  const { host } = context;
  const late = new AbortController();
  const timer = host.clock.after(ms, () => {
    const hint = "It may hang. See orch log; end it with orch stop, or its process with kill: agents go on.";
    late.abort(orchError("timeout", `the daemon has not answered for ${ms / 1000} s`, { hint }));
  });
  try {
    return await work({ ...context, client: clientOf(host, late.signal) });
  } finally {
    timer.cancel();
  }
}

function clientOf({ home, user, clock }: Host, signal?: AbortSignal): Client {
  const giveUp = signal === undefined ? {} : { signal };
  return connect({ socketPath: socketPathOf(home), actor: `cli:${user}`, clock, ...giveUp });
}

/** Which project a call is about: the one that is said, else the folder that one is in. */
export function placeOf({ host, global }: Context): Place {
  const said = global.project;
  if (said === undefined) return { folder: host.folder };
  const isName = /^[^./~\\][^/\\]*\/[^/\\]+$/.test(said);
  return { project: isName && !isAbsolute(said) ? said : resolve(host.folder, said) };
}
