import type { Backing } from "../backing.ts";
import type { Json } from "../http/api.ts";
import type { BodyChecks } from "../openapi/checks.ts";
import type { Project } from "../projects/project.ts";
import type { Relay } from "../webhooks/relay.ts";
import { reaches, type Repository, type Role } from "./repository.ts";

/** Who makes a request. */
export interface Actor {
  readonly kind: "anonymous" | "user" | "app" | "installation";
  /** The login; empty for nobody. */
  readonly login: string;
  /** What `emulate` is told; it knows the same people. */
  readonly token: string | undefined;
  /** The right of an installation token. */
  readonly installation?: {
    readonly id: number;
    readonly permissions: Readonly<Record<string, string>>;
    /** Ids of repositories; undefined means all. */
    readonly repositories: readonly number[] | undefined;
  };
}

/** The App that the stand-in knows. */
export interface AppRecord {
  readonly id: number;
  readonly slug: string;
  /** Whose it is. */
  readonly owner: string;
  readonly permissions: Readonly<Record<string, "read" | "write">>;
  readonly installation: number;
}

/** What a world is made of. */
export interface WorldParts {
  readonly url: string;
  readonly backing: Backing;
  readonly relay: Relay;
  readonly app: AppRecord | undefined;
  readonly checks: BodyChecks | undefined;
  readonly clock: () => number;
}

/** All state of the stand-in beside what `emulate` keeps. */
export class World {
  /** Where clients reach it, without a slash at the end. */
  readonly url: string;
  readonly backing: Backing;
  readonly relay: Relay;
  readonly app: AppRecord | undefined;
  /** What answers and events are checked against; undefined: they are not. */
  readonly checks: BodyChecks | undefined;
  readonly repositories = new Map<string, Repository>();
  /** By their old names, in lower case: what is called otherwise now, latest last. */
  readonly moved = new Map<string, { readonly id: number; readonly name: string }>();
  /** Projects V2 by node id. */
  readonly projects = new Map<string, Project>();
  /** Tells and takes in what moved since `before`: branches, and the heads of pull requests. */
  takeInPush: (repository: Repository, before: ReadonlyMap<string, string>, by: Actor) => Promise<void> = async () =>
    undefined;
  readonly #clock: () => number;
  #lastId = 1000;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: WorldParts) {
    this.url = parts.url;
    this.backing = parts.backing;
    this.relay = parts.relay;
    this.app = parts.app;
    this.checks = parts.checks;
    this.#clock = parts.clock;
  }

  /** Milliseconds since 1970. */
  nowMs(): number {
    return this.#clock();
  }

  /** The time as GitHub writes it, in whole seconds. */
  now(): string {
    return `${new Date(this.#clock()).toISOString().slice(0, 19)}Z`;
  }

  /** A number that nothing else here has. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Runs one change after the other: events keep the order of the changes. */
  async exclusively<Value>(change: () => Promise<Value>): Promise<Value> {
    const turn = this.#queue.then(change);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** What an actor may do in a repository. */
  roleOf(actor: Actor, repository: Repository): Role {
    if (actor.kind === "installation") return installationRole(actor, repository);
    const given = repository.roles.get(actor.login.toLowerCase()) ?? "none";
    return given === "none" && !repository.isPrivate ? "read" : given;
  }

  /** Whether an actor's role reaches `role`. */
  may(actor: Actor, repository: Repository, role: Role): boolean {
    return reaches(this.roleOf(actor, repository), role);
  }

  /** The short form of a user, as it stands in other objects. */
  async user(login: string): Promise<Json> {
    const { body } = await this.backing.call("GET", `/users/${encodeURIComponent(login)}`);
    const full = body as Json;
    return Object.fromEntries(USER_FIELDS.map((field) => [field, full[field]]));
  }

  /** A repository as it stands in other objects. `emulate` leaves out of an organisation what every owner has. */
  async repositoryJson({ fullName, ownerIsOrganization }: Repository): Promise<Json> {
    const full = (await this.backing.call("GET", `/repos/${fullName}`)).body as Json;
    if (!ownerIsOrganization) return full;
    const owner = full["owner"] as Json;
    const users = `${this.url}/users/${String(owner["login"])}`;
    const urls = OWNER_LISTS.map((list) => [`${list}_url`, `${users}/${list}`]);
    return { ...full, owner: { gravatar_id: "", ...Object.fromEntries(urls), ...owner, url: users } };
  }

  /** The repository that has this name, or had it, while no other has it. */
  named(fullName: string): Repository | undefined {
    return this.find(fullName) ?? this.byId(this.moved.get(fullName.toLowerCase())?.id);
  }

  /** The repository with this number. */
  byId(number: number | undefined): Repository | undefined {
    return [...this.repositories.values()].find(({ id }) => id === number);
  }

  /** What a repository was called before its last move; empty where it never moved. */
  lastNameOf(number: number): string {
    return [...this.moved.values()].findLast(({ id }) => id === number)?.name ?? "";
  }

  /** The repository with this full name, whatever its case. */
  find(fullName: string): Repository | undefined {
    return this.repositories.get(fullName.toLowerCase());
  }
}

const USER_FIELDS = (
  "login id node_id avatar_url gravatar_id url html_url followers_url following_url gists_url starred_url " +
  "subscriptions_url organizations_url repos_url events_url received_events_url type site_admin user_view_type"
).split(" ");

const OWNER_LISTS = "followers following gists starred subscriptions organizations repos events received_events".split(
  " ",
);

function installationRole({ installation }: Actor, repository: Repository): Role {
  if (installation === undefined) return "none";
  const { permissions, repositories } = installation;
  if (repositories !== undefined && !repositories.includes(repository.id))
    return repository.isPrivate ? "none" : "read";
  if (permissions["administration"] === "write") return "admin";
  return Object.values(permissions).includes("write") ? "write" : "read";
}
