import { homePaths } from "@orch/config";
import {
  systemRandom,
  type Checkouts,
  type Clock,
  type Logger,
  type Random,
  type WarmClones,
  type Workspace,
} from "@orch/core";
import type { SecretRedactor } from "@orch/security";
import type { SqliteStore } from "@orch/store";
import { createManagedClones, createWorkspace, type Worktrees } from "@orch/workspace";

import { createBoardService, type BoardService } from "./boards/board-service.ts";
import type { DaemonEnvironment } from "./env.ts";
import { readForgeKey } from "./forge-key.ts";
import { createForges, createRemotes, type DaemonForges } from "./forges.ts";
import { createManagedProjects, type ManagedProjects } from "./managed-projects.ts";
import type { ProjectBook } from "./project-book.ts";
import { openProjectPlaces, type ProjectPlaces } from "./project-places.ts";
import { createWebhookService, type WebhookService } from "./webhook-service.ts";
import type { WebhookWatch } from "./webhook-watch.ts";

/** What forges are laid on. */
export interface ForgeGround {
  readonly logger: Logger;
  readonly redactor: SecretRedactor;
  readonly projects: ProjectBook;
  readonly store: SqliteStore;
  readonly watch: WebhookWatch;
  readonly worktrees: Worktrees;
  readonly clock: Clock;
  readonly random: Random;
}

/** The forges of all projects, and what stands on them. */
export interface ForgeSide {
  readonly forges: DaemonForges;
  readonly webhooks: WebhookService;
  readonly workspace: Workspace & Checkouts & WarmClones;
  readonly managed: ManagedProjects;
  readonly boards: BoardService;
  readonly places: ProjectPlaces;
}

/** Joins forges with webhooks, git, and the repositories that orch keeps itself. */
export async function layForges(
  base: ForgeGround,
  { environment, scope }: { readonly environment: DaemonEnvironment; readonly scope: AsyncDisposableStack },
): Promise<ForgeSide> {
  const { home, path } = environment;
  const { forgeKey, logs, webhookSecret: secretFile } = homePaths(home);
  const places = await openProjectPlaces(base);
  const forges = createForges({ ...base, environment, places, key: await readForgeKey(forgeKey, systemRandom) });
  const git = { ...base, home, searchPath: path.join(":") };
  const clones = createManagedClones(git);
  return {
    forges,
    places,
    webhooks: scope.use(createWebhookService({ ...base, ...forges, logs, secretFile })),
    workspace: createWorkspace({ ...git, remoteOf: createRemotes(forges) }),
    boards: createBoardService({ ...base, boardsOf: (project) => forges.boardsOf(project) }),
    managed: createManagedProjects({ ...base, clones, remoteOf: (repository) => forges.reach(repository) }),
  };
}
