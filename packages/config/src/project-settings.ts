import {
  cautionKinds,
  type CautionKind,
  type ForgePolicy,
  type ForgeSettings,
  type GateRules,
  type ProjectId,
  type ProjectSettings,
  type SandboxMode,
} from "@orch/core";

import type { Config, RepoOverride } from "./config.ts";
import { frozen, present } from "./fill-defaults.ts";
import { projectIdFor } from "./project-id.ts";

/** A repository, as far as its settings depend on it. */
export interface RepositoryFacts {
  /** Absolute path. */
  readonly source: string;
  /** The address of its remote, where it has one. */
  readonly remoteUrl?: string;
  /** An id that was given with the project's registration; wins over all others. */
  readonly id?: ProjectId;
  /** As registered by the person; wins over the files. */
  readonly sandbox?: SandboxMode;
  /** As registered by the person; see `ProjectSettings.trusted`. */
  readonly trusted?: boolean;
}

/**
 * The settings of one project from the configuration that was loaded for its folder. Its id: as registered, else
 * `gh.repo` of its own file, else its remote, else its folder's name.
 */
export function projectSettings(config: Config, repository: RepositoryFacts): ProjectSettings {
  const id = repository.id ?? config.project.id ?? projectIdFor(repository.remoteUrl, repository.source);
  const over = overrideFor(config, id);
  const forge = isOwnForge(config.forge, repository) ? config.forge : undefined;
  return frozen({
    id,
    source: repository.source,
    ...present({ defaultBranch: config.project.defaultBranch }),
    branchTemplate: config.branchTemplate,
    checks: config.checks,
    hooks: config.hooks,
    warm: config.warm,
    environment: config.environment,
    gate: withAllowed(config.gate, over),
    agents: config.agents,
    routing: { ...config.routing, ...present({ skillsMode: over?.skillsMode }) },
    limits: { ...config.limits, ...present({ wallMs: over?.wallMs }) },
    timeoutByComplexity: config.timeoutByComplexity,
    policy: {
      ...config.policy,
      ...present({ classFailures: over?.classFailures, forge: forge === undefined ? undefined : forgePolicy(forge) }),
    },
    ...present({ forge }),
    sandbox: repository.sandbox ?? config.sandbox,
    ...present({ trusted: repository.trusted }),
    commandNetwork: config.commandNetwork,
    sandboxRead: config.sandboxRead,
    ...(config.permissions === undefined ? {} : { permissions: config.permissions }),
    requiredTools: config.requiredTools,
    instructionFiles: config.instructionFiles,
    git: config.git,
    budgets: config.budgets,
    prices: config.prices,
    grading: { ...config.grading, ...over?.grading },
  });
}

/**
 * Whether a project's file may turn this forge on: it names what the remote names, or what the person registered the
 * project as. Otherwise whoever writes the repository could have orch work elsewhere with the person's token.
 */
function isOwnForge(forge: ForgeSettings | undefined, { id, remoteUrl, source }: RepositoryFacts): boolean {
  const remote = remoteUrl === undefined ? undefined : projectIdFor(remoteUrl, source);
  const named = forge?.repository.toLowerCase();
  return forge !== undefined && [id, remote].some((known) => known?.toLowerCase() === named);
}

function forgePolicy({ review }: ForgeSettings): ForgePolicy {
  return { reviewAgent: review.enabled, maxReviewCycles: review.maxCycles };
}

/** What needs nobody anywhere, and what needs nobody there. */
function withAllowed(gate: GateRules, over: RepoOverride | undefined): GateRules {
  const there = over?.allowed;
  if (there === undefined) return gate;
  const both = (kind: CautionKind): readonly string[] => [...(gate.allowed?.[kind] ?? []), ...(there[kind] ?? [])];
  return { ...gate, allowed: Object.fromEntries(cautionKinds.map((kind) => [kind, both(kind)])) };
}

/** The person's own word about a repository wins over all files. */
function overrideFor({ repoOverrides }: Config, id: ProjectId): RepoOverride | undefined {
  const name = id.slice(id.indexOf("/") + 1);
  const key = [id, name].find((known) => Object.hasOwn(repoOverrides, known));
  return key === undefined ? undefined : repoOverrides[key];
}
