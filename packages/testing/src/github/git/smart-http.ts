import { spawn } from "node:child_process";

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";

import { gitEnvironment } from "../../git-repository.ts";
import type { Api, ApiEnv, Call } from "../http/api.ts";
import type { Tokens } from "../http/authenticate.ts";
import type { FaultQueue } from "../http/faults.ts";
import { nameOf } from "../http/front.ts";
import type { GitHubRequest } from "../http/request-log.ts";
import type { Repository } from "../state/repository.ts";
import type { Actor, World } from "../state/world.ts";
import { pushRules } from "./push-rules.ts";

/** What git's requests are answered with. */
export interface SmartHttpOptions {
  readonly world: World;
  readonly tokens: Tokens;
  readonly faults: FaultQueue;
  readonly requests: GitHubRequest[];
  /** Takes in what a push changed; the client's push ends only then. */
  readonly onPush: (repository: Repository, before: ReadonlyMap<string, string>, actor: Actor) => Promise<void>;
}

/** Clone, fetch and push by `git http-backend`, with the same tokens as the API. */
export function createSmartHttp(options: SmartHttpOptions): Api {
  const api: Api = new Hono<ApiEnv>();
  api.get("/:owner/:repo/info/refs", (call) => serve(call, options, call.req.query("service") ?? "git-upload-pack"));
  api.post("/:owner/:repo/git-upload-pack", (call) => serve(call, options, "git-upload-pack"));
  api.post("/:owner/:repo/git-receive-pack", (call) => serve(call, options, "git-receive-pack"));
  return api;
}

type Service = "git-upload-pack" | "git-receive-pack";

async function serve(call: Call, options: SmartHttpOptions, service: string): Promise<Response> {
  const { world, faults, requests } = options;
  const { pathname, search } = new URL(call.req.url);
  const actor = identified(call.req.header("authorization"), options);
  const request = { method: call.req.method, path: pathname + search, who: nameOf(actor), headers: call.req.header() };
  const entry: GitHubRequest = { ...request, body: "", status: 0 };
  requests.push(entry);
  const fault = faults.take({ method: entry.method, path: entry.path });
  if (fault?.do === "cut" && fault.when === "before") {
    call.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  const name = nameIn(call);
  const repository = world.find(name);
  const elsewhere = movedTo(call, world, actor);
  if (elsewhere !== undefined) {
    entry.status = 301;
    return call.redirect(elsewhere, 301);
  }
  const wanted: Service = service === "git-receive-pack" ? "git-receive-pack" : "git-upload-pack";
  const refused = fault?.do === "status" ? UNAVAILABLE : refusalOf(world, { actor, repository, wanted });
  if (refused !== undefined || repository === undefined || actor === undefined) {
    const { status, text } = refused ?? UNAVAILABLE;
    entry.status = status;
    if (status === 401) call.header("www-authenticate", 'Basic realm="GitHub"');
    return call.text(text, status);
  }
  if (entry.method === "POST" && wanted === "git-receive-pack") {
    await world.exclusively(async () => {
      const before = await repository.git.branches();
      const send = await backend(call, repository, {
        rules: pushRules(world, repository, actor),
        after: () => options.onPush(repository, before, actor),
      });
      if (fault?.do === "cut") call.env.incoming.socket.destroy();
      else send();
    });
  } else {
    (await backend(call, repository, { rules: {}, after: async () => undefined }))();
  }
  entry.status = 200;
  return RESPONSE_ALREADY_SENT;
}

function nameIn(call: Call): string {
  return `${call.req.param("owner")}/${(call.req.param("repo") ?? "").replace(/\.git$/, "")}`;
}

/** The address of a repository that has another name now, for those who may see it. */
function movedTo(call: Call, world: World, actor: Actor | undefined): string | undefined {
  const name = nameIn(call);
  const moved = world.find(name) === undefined ? world.named(name) : undefined;
  if (moved === undefined || actor === undefined || !world.may(actor, moved, "read")) return undefined;
  const { pathname, search } = new URL(call.req.url);
  return `${world.url}/${moved.fullName}.git/${pathname.split("/").slice(3).join("/")}${search}`;
}

interface GitRefusal {
  readonly status: 401 | 403 | 404 | 503;
  readonly text: string;
}

const UNAVAILABLE: GitRefusal = { status: 503, text: "Unavailable\n" };
const UNKNOWN: GitRefusal = { status: 401, text: "Authentication failed\n" };

function refusalOf(
  world: World,
  { actor, repository, wanted }: { actor: Actor | undefined; repository: Repository | undefined; wanted: Service },
): GitRefusal | undefined {
  const role = wanted === "git-receive-pack" ? "write" : "read";
  if (actor === undefined) return UNKNOWN;
  if (repository === undefined || !world.may(actor, repository, "read")) {
    return actor.kind === "anonymous" ? UNKNOWN : { status: 404, text: "Repository not found.\n" };
  }
  const mayPush = actor.installation === undefined || actor.installation.permissions["contents"] === "write";
  if (world.may(actor, repository, role) && (role === "read" || mayPush)) return undefined;
  return actor.kind === "anonymous"
    ? UNKNOWN
    : { status: 403, text: `Permission to ${repository.fullName}.git denied.\n` };
}

function identified(
  header: string | undefined,
  { world, tokens }: { world: World; tokens: Tokens },
): Actor | undefined {
  try {
    return tokens.identify(header, world);
  } catch {
    return undefined;
  }
}

/** Runs the CGI program on the request; gives the way to send its answer, once `after` is done. */
async function backend(
  call: Call,
  repository: Repository,
  { rules, after }: { rules: Record<string, string>; after: () => Promise<void> },
): Promise<() => void> {
  const { incoming, outgoing } = call.env;
  const { pathname, search } = new URL(call.req.url);
  const inside = pathname.split("/").slice(3).join("/");
  const program = spawn("git", ["-c", "http.receivepack=true", "http-backend"], {
    env: {
      ...gitEnvironment(),
      ...rules,
      GIT_PROJECT_ROOT: repository.git.path,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${inside}`,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: incoming.method ?? "GET",
      CONTENT_TYPE: incoming.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: incoming.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(incoming.headers["git-protocol"] ?? ""),
      REMOTE_USER: "git",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  // A program that ended early closes its input; its answer says why.
  program.stdin.on("error", () => undefined);
  incoming.pipe(program.stdin);
  const chunks: Buffer[] = [];
  for await (const chunk of program.stdout) chunks.push(chunk as Buffer);
  repository.git.changed();
  await after();
  const output = Buffer.concat(chunks);
  const end = output.indexOf("\r\n\r\n");
  const head = output.subarray(0, Math.max(end, 0)).toString("latin1");
  return () => {
    const lines = head.split("\r\n").map((line) => line.split(/: */, 2) as [string, string]);
    const status = Number.parseInt(lines.find(([name]) => name === "Status")?.[1] ?? "200", 10);
    outgoing.writeHead(
      end < 0 ? 500 : status,
      Object.fromEntries(lines.filter(([name]) => name !== "Status" && name !== "")),
    );
    outgoing.end(output.subarray(end + 4));
  };
}
