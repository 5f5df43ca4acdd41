import {
  parseCall,
  renderOverview,
  renderVerbHelp,
  type AnyVerb,
  type ArgumentValue,
  type VerbName,
} from "@orch/commands";
import { unwrap } from "@orch/core";
import { printableJson } from "@orch/security";

import type { Context, Done, LocalVerb } from "./context.ts";
import type { Host } from "./host.ts";
import { reportFailure } from "./render/failure.ts";
import { ownVersion } from "./version.ts";

type Values = Readonly<Record<string, ArgumentValue>>;

/** The verbs that need more than one call of the daemon, or none; each is loaded only when it is asked for. */
const local: { readonly [Name in VerbName]?: () => Promise<LocalVerb<Name>> } = {
  completions: async () => (await import("./verbs/completions.ts")).completions,
  doctor: async () => (await import("./verbs/doctor.ts")).doctor,
  init: async () => (await import("./verbs/init.ts")).init,
  log: async () => (await import("./verbs/log.ts")).log,
  parse: async () => (await import("./verbs/parse.ts")).parse,
  run: async () => (await import("./verbs/run.ts")).run,
  serve: async () => (await import("./verbs/serve.ts")).serve,
  stop: async () => (await import("./verbs/stop.ts")).stop,
  stream: async () => (await import("./verbs/stream.ts")).stream,
  template: async () => (await import("./verbs/template.ts")).template,
  version: async () => (await import("./verbs/version.ts")).version,
  "task log": async () => (await import("./verbs/task-log.ts")).taskLog,
  "task attach": async () => (await import("./verbs/attach.ts")).attach,
};

/** Does what the words ask for, and gives the exit code: 0 done, 1 failed, 2 usage, 3 not found, 4 needs a person. */
export async function runCli(host: Host): Promise<number> {
  const json = host.argv.includes("--json");
  try {
    const call = unwrap(parseCall(host.argv));
    if (call.kind === "version") return print(host, `${ownVersion()}\n`);
    if (call.kind === "help") {
      const { topic } = call;
      return print(host, typeof topic === "object" ? renderVerbHelp(topic) : renderOverview(topic));
    }
    // Loaded only now: the client brings node:http, which help and mistakes don't need.
    const { createContext } = await import("./context.ts");
    const context = createContext(host, call.global);
    const done = await doVerb(context, call.verb, call.values);
    if (done.data !== undefined) await printResult(context, call.verb, done.data);
    return done.exitCode ?? 0;
  } catch (thrown) {
    return reportFailure(thrown, { err: host.err, json, color: host.err.isTerminal && host.colorAllowed });
  }
}

async function doVerb(context: Context, verb: AnyVerb, values: Values): Promise<Done> {
  const own = await local[verb.name]?.();
  // The values were read by the table of this very verb; the compiler can't follow that through a lookup.
  if (own !== undefined) return own(context, values as never);
  const { callDaemon } = await import("./verbs/call-daemon.ts");
  return callDaemon(context, verb, values);
}

async function printResult(context: Context, verb: AnyVerb, data: unknown): Promise<void> {
  const { host, global } = context;
  if (global.json) return host.out.write(`${printableJson(JSON.stringify(data, null, 2))}\n`);
  const { renderResult } = await import("./render/results.ts");
  host.out.write(renderResult(verb.name, data, { style: context.style, columns: host.out.columns }));
}

function print(host: Host, text: string): number {
  host.out.write(text);
  return 0;
}
