import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { bareRepository } from "../git/bare-repository.ts";
import { installPushRules } from "../git/push-rules.ts";
import type { Repository, Role } from "./repository.ts";

/** A repository that is there from the start. */
export interface RepositorySeed {
  /** `owner/name`. */
  readonly name: string;
  readonly isPrivate?: boolean;
  /** Path to text of the first commit on `main` (a README); null: no commit. */
  readonly files?: Readonly<Record<string, string>> | null;
  /** Roles here beside the owner's. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** `delete_branch_on_merge`, `allow_squash_merge` and the like; `allow_drafts: false` is a plan without drafts. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Makes the bare repository and its first commit. */
export async function makeRepository(
  seed: RepositorySeed,
  place: {
    folder: string;
    id: number;
    ownerIsOrganization: boolean;
    owners: readonly string[];
    roles: Readonly<Record<string, Role>>;
  },
): Promise<Repository> {
  const [owner = "", name = ""] = seed.name.split("/");
  const path = join(place.folder, owner, `${name}-${place.id}.git`);
  await mkdir(path, { recursive: true });
  const git = bareRepository(path);
  await git.git("init", "--quiet", "--bare", "--initial-branch=main");
  await installPushRules(path);
  if (seed.files !== null) await firstCommit(git, seed.files ?? { "README.md": `# ${name}\n` });
  const roles = new Map<string, Role>(
    [...Object.entries(place.roles), ...Object.entries(seed.roles ?? {})].map(([login, role]) => [
      login.toLowerCase(),
      role,
    ]),
  );
  for (const login of place.owners) roles.set(login.toLowerCase(), "admin");
  return {
    id: place.id,
    owner,
    name,
    fullName: seed.name,
    ownerIsOrganization: place.ownerIsOrganization,
    isPrivate: seed.isPrivate === true,
    defaultBranch: "main",
    forkOf: undefined,
    git,
    settings: { ...seed.settings },
    roles,
    ...emptyParts(),
  };
}

/** The parts of a repository in which nothing happened yet. */
export function emptyParts(): Pick<
  Repository,
  | "pulls"
  | "protections"
  | "rulesets"
  | "reactions"
  | "subIssues"
  | "blockedBy"
  | "linkedBranches"
  | "acts"
  | "statuses"
  | "checkRuns"
  | "workflowRuns"
> {
  return {
    pulls: new Map(),
    protections: new Map(),
    rulesets: new Map(),
    reactions: new Map(),
    subIssues: new Map(),
    blockedBy: new Map(),
    linkedBranches: new Map(),
    acts: [],
    statuses: [],
    checkRuns: [],
    workflowRuns: [],
  };
}

/** Writes the first commit without a working tree, through git's fast import. */
async function firstCommit(
  git: ReturnType<typeof bareRepository>,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(files).map(
    ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  const stamp = "GitHub <noreply@github.com> 1790000000 +0000";
  const stream = `commit refs/heads/main\nauthor ${stamp}\ncommitter ${stamp}\ndata 14\nInitial commit\n${entries.join("")}\ndone\n`;
  await git.feed(stream, "fast-import", "--quiet", "--done");
}
