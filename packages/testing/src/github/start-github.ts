import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { Hono } from "hono";

import { registerIdentities } from "./app/app-routes.ts";
import { registerNumbers } from "./app/moves.ts";
import { registerRepositories } from "./app/repository-routes.ts";
import { openToBacking, share } from "./app/share.ts";
import { type Backing, startBacking } from "./backing.ts";
import { beginCi, type CiJob, type CiResult, finishCi, registerActions } from "./checks/action-routes.ts";
import { registerChecks } from "./checks/check-routes.ts";
import { registerGit } from "./git/git-routes.ts";
import { takeInPush } from "./git/pushes.ts";
import { createSmartHttp } from "./git/smart-http.ts";
import { registerGraphql } from "./graphql/graphql-route.ts";
import type { Api, ApiEnv, Call } from "./http/api.ts";
import { createTokens } from "./http/authenticate.ts";
import { createFaults, type Faults } from "./http/faults.ts";
import { createFront, type FrontOptions } from "./http/front.ts";
import { createRateLimits, type LimitSettings, type RateLimits } from "./http/rate-limits.ts";
import type { GitHubRequest } from "./http/request-log.ts";
import { passOn, registerIssues } from "./issues/proxied.ts";
import { registerReactions } from "./issues/reactions.ts";
import { registerRelations } from "./issues/relations.ts";
import { bodyChecks } from "./openapi/checks.ts";
import { registerProjects } from "./projects/project-routes.ts";
import { registerProtection } from "./pulls/protection-routes.ts";
import { registerPulls } from "./pulls/pull-routes.ts";
import { registerReviews } from "./pulls/review-routes.ts";
import { registerRulesets } from "./pulls/ruleset-routes.ts";
import type { Repository, Role } from "./state/repository.ts";
import { makeRepository, type RepositorySeed } from "./state/seed.ts";
import { World } from "./state/world.ts";
import { registerHooks } from "./webhooks/hook-routes.ts";
import { createRelay, type Webhooks } from "./webhooks/relay.ts";

/** What the stand-in starts with. */
export interface GitHubOptions {
  /** The login behind `token`, who owns everything (`octo`). */
  readonly user?: string;
  /** Other people and their role in every repository (`none` sees public ones). */
  readonly people?: Readonly<Record<string, Role>>;
  /** Logins of organisations; `user` administers them. */
  readonly organizations?: readonly string[];
  /** Repositories; one `USER/sample` unless told otherwise. */
  readonly repositories?: readonly RepositorySeed[];
  /** A GitHub App that is installed for the user. */
  readonly app?: AppSeed;
  readonly limits?: LimitSettings;
  /** Milliseconds since 1970, for what the stand-in stamps and limits itself (the system's clock). */
  readonly clock?: () => number;
  /** Checks every answer and event against GitHub's own description (no); a wrong one is a 500. Costs seconds, once a process. */
  readonly checkBodies?: boolean;
}

/** What the App of orch is given, as its guide says. */
export const appRights = {
  actions: "write",
  checks: "read",
  contents: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
  statuses: "read",
} as const;

/** A GitHub App. */
export interface AppSeed {
  readonly id: number;
  readonly slug: string;
  readonly permissions: Readonly<Record<string, "read" | "write">>;
  /** Where its events go; also set by `PATCH /app/hook/config`. Without an address nothing is sent. */
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** Whom it is installed for (the user); their repositories are all included. */
  readonly account?: string;
  readonly events?: readonly string[];
}

/** A running stand-in of GitHub on loopback. Never wait for a git or gh of yours with a synchronous call: both share the process. */
export interface GitHubStandIn extends AsyncDisposable {
  /** Base address of the REST API; GraphQL is at `/graphql`, and both also under `/api/v3` and `/api`. */
  readonly url: string;
  /** The user's token. */
  readonly token: string;
  /** A person's token. */
  tokenOf(login: string): string;
  /** The private key and the installation of the App, when there is one. */
  readonly app: { readonly id: number; readonly privateKey: string; readonly installation: number } | undefined;
  /** Address for git; with the token in it when `login` is given. */
  cloneUrl(repository: string, login?: string): string;
  /** Makes a repository, also one whose name another had before. */
  addRepository(seed: RepositorySeed): Promise<void>;
  /** What goes wrong with requests. */
  readonly faults: Faults;
  /** The counters of requests. */
  readonly limits: Pick<RateLimits, "leave" | "report">;
  /** Deliveries and what goes wrong with them. */
  readonly webhooks: Webhooks;
  /** Begins a job of continuous integration at a commit; gives the job's id. Its run ends with the last of its jobs. */
  beginCi(repository: string, sha: string, job: CiJob): Promise<number>;
  /** Ends a job of continuous integration at a commit; gives the job's id. */
  finishCi(repository: string, sha: string, result: CiResult): Promise<number>;
  /** Every request so far, git's included. */
  requests(): readonly GitHubRequest[];
}

const INSTALLATION = 4242;

/** Starts GitHub on a free port of this machine. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubStandIn> {
  const user = options.user ?? "octo";
  const requests: GitHubRequest[] = [];
  const faults = createFaults();
  const clock = options.clock ?? Date.now;
  const limits = createRateLimits(options.limits ?? {}, clock);
  const tokens = createTokens();
  const folder = await mkdtemp(join(tmpdir(), "orch-github-"));
  const root: Api = new Hono<ApiEnv>();
  const server = createAdaptorServer({
    fetch: (request, env) => root.fetch(request, env),
    overrideGlobalObjects: false,
  });
  const url = await listen(server);
  const backing = await startBacking(backingSeed(options, user), url);
  const { app } = options;
  const world = createWorld(options, { url, backing, clock });
  const place = { options, user, folder };
  for (const seed of seedsOf(options, user)) await seedRepository(world, seed, place);
  for (const login of [user, ...Object.keys(options.people ?? {})]) tokens.add(tokenOf(login), login);

  const shared = { world, tokens, faults, requests };
  addRoutes(root, { ...shared, limits });

  return {
    url,
    token: tokenOf(user),
    tokenOf,
    app:
      app === undefined ? undefined : { id: app.id, privateKey: backing.privateKey ?? "", installation: INSTALLATION },
    cloneUrl(repository, login) {
      const address = new URL(`${url}/${repository}.git`);
      if (login !== undefined) Object.assign(address, { username: "x-access-token", password: tokenOf(login) });
      return address.href;
    },
    async addRepository(seed) {
      const [owner = "", name = ""] = seed.name.split("/");
      const isOrganization = options.organizations?.includes(owner) === true;
      const path = isOrganization ? `/orgs/${owner}/repos` : "/user/repos";
      const token = backing.tokenFor(isOrganization ? "admin" : owner);
      const body = { name, private: seed.isPrivate === true, auto_init: false };
      const { status, text } = await backing.call("POST", path, { token, body });
      if (status !== 201) throw new TypeError(`${seed.name} can't be made: ${text}`);
      await world.exclusively(() => seedRepository(world, seed, place));
    },
    faults,
    limits,
    webhooks: world.relay,
    ...ciOf(world, user),
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      world.relay.close();
      await close(server, backing);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Continuous integration, for which somebody has pushed. */
function ciOf(world: World, login: string): Pick<GitHubStandIn, "beginCi" | "finishCi"> {
  const by = { kind: "user", login, token: undefined } as const;
  return {
    beginCi: (name, sha, job) =>
      world.exclusively(() => beginCi(world, repositoryOf(world, name), { ...job, sha, by })),
    finishCi: (name, sha, result) =>
      world.exclusively(() => finishCi(world, repositoryOf(world, name), { ...result, sha, by })),
  };
}

function repositoryOf(world: World, name: string): Repository {
  const repository = world.find(name);
  if (repository === undefined) throw new TypeError(`no repository ${name}`);
  return repository;
}

function createWorld(options: GitHubOptions, parts: { url: string; backing: Backing; clock: () => number }): World {
  const { app } = options;
  let lastDelivery = 0;
  const relay = createRelay(() => (lastDelivery += 1));
  const known = app === undefined ? undefined : { ...app, owner: options.user ?? "octo", installation: INSTALLATION };
  const checks = options.checkBodies === true ? bodyChecks() : undefined;
  const world = new World({ ...parts, relay, app: known, checks });
  world.takeInPush = (repository, before, by) => takeInPush(world, repository, { before, by });
  if (app !== undefined) {
    const about = { id: world.nextId(), scope: "app", active: true, createdAt: world.now() };
    const { url = "", secret } = app.webhook ?? {};
    relay.hooks.push({ ...about, url, secret, events: app.events ?? ["*"] });
  }
  return world;
}

function addRoutes(root: Api, options: FrontOptions): void {
  const { world, tokens, limits } = options;
  const front = createFront(options, (api) => {
    registerIdentities(api, { tokens, limits });
    registerGraphql(api, limits);
    for (const register of ROUTES) register(api);
    for (const area of OWN_AREAS) api.all(`/repos/:owner/:repo/${area}/*`, notWritten);
    api.all("/*", passOn);
  });
  registerNumbers(root, world);
  root.route("/", createSmartHttp({ ...options, onPush: world.takeInPush }));
  root.route("/api/v3", front);
  root.route("/api", front);
  root.route("/", front);
}

const ROUTES: readonly ((api: Api) => void)[] = [
  registerHooks,
  registerReactions,
  registerRelations,
  registerIssues,
  registerReviews,
  registerPulls,
  registerProtection,
  registerRulesets,
  registerChecks,
  registerActions,
  registerGit,
  registerRepositories,
  registerProjects,
];

/** What `emulate` keeps for itself under these paths is not what our repositories hold. */
const OWN_AREAS = [
  "pulls",
  "git",
  "contents",
  "commits",
  "branches",
  "compare",
  "merges",
  "check-suites",
  "actions",
  "releases",
];

function notWritten(call: Call): Response {
  return call.json({ message: `The stand-in does not have ${call.req.method} ${call.req.path}` }, 501);
}

/** In the shape of a real one, and the same in every run. */
function tokenOf(login: string): string {
  return `ghp_${createHash("sha256").update(login).digest("hex").slice(0, 36)}`;
}

function backingSeed(options: GitHubOptions, user: string): Parameters<typeof startBacking>[0] {
  const { app } = options;
  return {
    people: [user, ...Object.keys(options.people ?? {}), ...(app === undefined ? [] : [`${app.slug}[bot]`])],
    organizations: (options.organizations ?? []).map((login) => ({ login, admins: [user] })),
    repositories: seedsOf(options, user).map(({ name: fullName, isPrivate = false }) => {
      const [owner = "", name = ""] = fullName.split("/");
      return { owner, name, isPrivate };
    }),
    app: app === undefined ? undefined : appSeed(app, user),
  };
}

function appSeed(app: AppSeed, user: string): Record<string, unknown> {
  const { id, slug, permissions } = app;
  const installations = [{ installation_id: INSTALLATION, account: app.account ?? user, permissions }];
  return { app_id: id, slug, name: slug, permissions, events: app.events ?? ["*"], installations };
}

function seedsOf(options: GitHubOptions, user: string): readonly RepositorySeed[] {
  return options.repositories ?? [{ name: `${user}/sample` }];
}

async function seedRepository(
  world: World,
  seed: RepositorySeed,
  { options, user, folder }: { options: GitHubOptions; user: string; folder: string },
): Promise<void> {
  const owner = seed.name.split("/")[0] ?? "";
  const ownerIsOrganization = options.organizations?.includes(owner) === true;
  const token = world.backing.tokenFor(ownerIsOrganization ? "admin" : owner);
  const { body } = await world.backing.call("GET", `/repos/${seed.name}`, { token });
  const id = (body as { id: number }).id;
  const owners = ownerIsOrganization ? [user, "admin"] : [owner];
  const repository = await makeRepository(seed, {
    folder,
    id,
    ownerIsOrganization,
    owners,
    roles: options.people ?? {},
  });
  world.repositories.set(seed.name.toLowerCase(), repository);
  await openToBacking(world, repository);
  for (const [login, role] of repository.roles) {
    if (!owners.some((name) => name.toLowerCase() === login)) await share(world, repository, { login, role });
  }
}

async function listen(server: ServerType): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: ServerType, backing: Backing): Promise<void> {
  if ("closeAllConnections" in server) server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await backing.close();
}
