import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { ModelServerError } from "./server/model-server-error.ts";
import { asRecord, asString } from "./wire/json-values.ts";

/** How a real codex is run against a scenario. */
export interface CodexOptions {
  /** The `codex` program. */
  readonly program: string;
  /** `server.urlOf(scenario)`. */
  readonly scenarioUrl: string;
  readonly cwd: string;
  /** Holds HOME, CODEX_HOME and TMPDIR. */
  readonly home: string;
  readonly searchPath: string;
}

/** A message of the app-server: a response, a notification or a request. */
export type CodexMessage = Readonly<Record<string, unknown>>;

/** A running `codex app-server` on stdio. Its disposal closes stdin and waits for its end. */
export interface CodexAppServer extends AsyncDisposable {
  /** Sends a request and waits for its response, which may be an error. */
  call(method: string, params: object): Promise<CodexMessage>;
  notify(method: string): void;
  /** The first message, past or future, that the predicate accepts. */
  wait(predicate: (message: CodexMessage) => boolean): Promise<CodexMessage>;
  /** The lines of stdout so far, as they came. */
  lines(): readonly string[];
}

const MESSAGE_TIMEOUT_MS = 20_000;

/**
 * The switches that point codex at a scenario and keep it from the network,
 * without any config file. One retry keeps failing runs short.
 */
export function codexSwitches(scenarioUrl: string): readonly string[] {
  const provider = `{name="Scripted",base_url="${scenarioUrl}/v1",env_key="SCRIPTED_API_KEY",wire_api="responses",request_max_retries=1,stream_max_retries=1}`;
  const settings = ["model_provider=scripted", `model_providers.scripted=${provider}`, "analytics.enabled=false"];
  const disabled = ["plugins", "unbounded_connection_retries"];
  return [...settings.flatMap((setting) => ["-c", setting]), ...disabled.flatMap((feature) => ["--disable", feature])];
}

/** The whole environment of a codex run: nothing is inherited. */
export async function codexEnvironment(options: CodexOptions): Promise<Record<string, string>> {
  const codexHome = join(options.home, ".codex");
  const temporary = join(options.home, "tmp");
  await mkdir(codexHome, { recursive: true });
  await mkdir(temporary, { recursive: true });
  return {
    PATH: options.searchPath,
    HOME: options.home,
    CODEX_HOME: codexHome,
    TMPDIR: temporary,
    LANG: "C.UTF-8",
    SCRIPTED_API_KEY: "sk-test",
  };
}

/** Starts `codex app-server` and introduces itself. */
export async function startCodexAppServer(options: CodexOptions): Promise<CodexAppServer> {
  const child = spawn(options.program, ["app-server", ...codexSwitches(options.scenarioUrl)], {
    cwd: options.cwd,
    env: await codexEnvironment(options),
    stdio: ["pipe", "pipe", "ignore"],
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const inbox = createInbox();
  createInterface({ input: child.stdout }).on("line", (line) => inbox.add(line));
  let lastId = 0;
  const send = (message: object): boolean => child.stdin.write(`${JSON.stringify(message)}\n`);
  const server: CodexAppServer = {
    async call(method, params) {
      lastId += 1;
      const id = lastId;
      send({ method, id, params });
      return await inbox.wait((message) => message["id"] === id && message["method"] === undefined);
    },
    notify: (method) => void send({ method }),
    wait: (predicate) => inbox.wait(predicate),
    lines: () => inbox.lines(),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await closed;
    },
  };
  await server.call("initialize", { clientInfo: { name: "orch", title: "Orch", version: "0.0.1" } });
  server.notify("initialized");
  return server;
}

interface Inbox extends Pick<CodexAppServer, "wait" | "lines"> {
  add(line: string): void;
}

function createInbox(): Inbox {
  const lines: string[] = [];
  const messages: CodexMessage[] = [];
  const listeners = new Set<(message: CodexMessage) => void>();
  return {
    add(line) {
      const message = asRecord(JSON.parse(line));
      lines.push(line);
      messages.push(message);
      for (const listener of listeners) {
        listener(message);
      }
    },
    lines: () => [...lines],
    async wait(predicate) {
      const { promise, resolve, reject } = Promise.withResolvers<CodexMessage>();
      const listener = (message: CodexMessage): void => {
        if (predicate(message)) {
          resolve(message);
        }
      };
      const timer = setTimeout(() => {
        reject(new ModelServerError(`codex was silent; last: ${lines.at(-1) ?? "nothing"}`));
      }, MESSAGE_TIMEOUT_MS);
      messages.forEach(listener);
      listeners.add(listener);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        listeners.delete(listener);
      }
    },
  };
}

/** The id in a response to `thread/start` or `turn/start`. */
export function idIn(response: CodexMessage, kind: "thread" | "turn"): string {
  return asString(asRecord(asRecord(response["result"])[kind])["id"]);
}
