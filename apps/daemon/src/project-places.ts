import { isSameName, type KnownRepository, type RepositoryPlace } from "@orch/backend-github";
import { asOrchError, type Json, type Logger, type ProjectId, type Store } from "@orch/core";

import type { ProjectBook } from "./project-book.ts";
import { createTurns } from "./turns.ts";

/** A repository as a project's settings name it. */
export interface ConfiguredPlace {
  /** `owner/name`. */
  readonly repository: string;
  readonly apiUrl: string;
}

/** What a project's repository is called now, and by what it is known. */
export interface ProjectPlace extends KnownRepository {
  /** `owner/name`. */
  readonly name: string;
}

/** Where the repositories of projects are: one that was renamed or transferred is followed, and known by its number. */
export interface ProjectPlaces {
  of(project: ProjectId, configured: ConfiguredPlace): ProjectPlace;
  /** Forgets which repository a project has: whatever its name stands for next becomes it. */
  forget(project: ProjectId): Promise<void>;
}

/** What is kept of one. */
interface Kept {
  readonly id: number;
  readonly name: string;
  /** As the configuration called it when it was seen last. */
  readonly configured: string;
  readonly apiUrl: string;
  readonly markedAs: string;
}

const CURSOR = "repositories";
/** As whom orch has spoken in each. */
const SPOKEN = "spoken-as";
const MOST_SELVES = 20;

/** Reads what is kept. A repository is what GitHub's number says, whatever it is called and whoever has its old name. */
export async function openProjectPlaces(options: {
  readonly store: Pick<Store, "cursor" | "commit">;
  readonly projects: Pick<ProjectBook, "pin">;
  readonly logger: Logger;
}): Promise<ProjectPlaces> {
  const { store, logger, projects } = options;
  const places = readPlaces(await store.cursor(CURSOR));
  const spoken = readSpoken(await store.cursor(SPOKEN));
  const inTurn = createTurns();

  async function put(name: string, value: Json): Promise<void> {
    await inTurn(() => store.commit({ writes: [{ kind: "cursor:put", name, value }] }));
  }
  function write(): Promise<void> {
    return put(CURSOR, Object.fromEntries([...places].map(([project, place]) => [project, { ...place }])));
  }
  async function speaks(project: ProjectId, id: number): Promise<void> {
    const before = spoken.get(project) ?? [];
    if (before.at(-1) === id) return;
    spoken.set(project, [...before.filter((other) => other !== id), id].slice(-MOST_SELVES));
    await put(SPOKEN, Object.fromEntries([...spoken].map(([each, ids]) => [each, [...ids]])));
  }
  async function keep(project: ProjectId, at: ConfiguredPlace, found: RepositoryPlace): Promise<void> {
    const before = places.get(project);
    const isSame = before?.id === found.id && before.apiUrl === at.apiUrl;
    const markedAs = isSame ? before.markedAs : at.repository;
    const { id, fullName: name } = found;
    places.set(project, { id, name, configured: at.repository, apiUrl: at.apiUrl, markedAs });
    await write();
    if (isSameName(name, at.repository)) return warnOfTwin({ places, logger }, project, id);
    // Its id comes from a name that people are about to change.
    await projects.pin(project).catch((error: unknown) => {
      logger.error({ project, error: asOrchError(error) }, "the project's id could not be kept in config.yml");
    });
    logger.warn(
      { project, configured: at.repository, repository: name },
      "the repository has another name now, and orch goes on there: change the remote's address, and gh.repo",
    );
  }

  return {
    of(project, at) {
      const known = places.get(project);
      const found: KnownRepository["found"] = (place) => keep(project, at, place);
      const speaker = { spokeAs: spoken.get(project) ?? [], speaksAs: (id: number) => speaks(project, id) };
      if (known === undefined || known.apiUrl !== at.apiUrl) {
        // What its marks will be bound to, once it is known.
        return { name: at.repository, markedAs: at.repository, found, ...speaker };
      }
      const { id, name, markedAs } = known;
      const isMeant = isSameName(at.repository, known.configured) || isSameName(at.repository, name);
      // A name that the configuration has since may be the one that the same repository has now: its number will tell.
      const kept = { markedAs, found, ...speaker };
      return isMeant ? { name, id, ...kept } : { name: at.repository, ...kept };
    },
    async forget(project) {
      if (places.delete(project)) await write();
    },
  };
}

function warnOfTwin(
  { places, logger }: { readonly places: ReadonlyMap<string, Kept>; readonly logger: Logger },
  project: ProjectId,
  id: number,
): void {
  const twin = [...places].find(([other, place]) => other !== project && place.id === id)?.[0];
  if (twin === undefined) return;
  logger.warn(
    { project, before: twin },
    "this is the repository of a project of before, whose tasks are not this one's: orch project remove, then orch project add --repo with the id of before",
  );
}

function readPlaces(value: Json | undefined): Map<string, Kept> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return new Map();
  return new Map(
    Object.entries(value).flatMap(([project, place]) => {
      if (typeof place !== "object" || place === null || Array.isArray(place)) return [];
      const { id, name, configured, apiUrl, markedAs } = place as Partial<Record<keyof Kept, Json>>;
      if (typeof id !== "number" || typeof name !== "string" || typeof configured !== "string") return [];
      if (typeof apiUrl !== "string" || typeof markedAs !== "string") return [];
      return [[project, { id, name, configured, apiUrl, markedAs }]];
    }),
  );
}

function readSpoken(value: Json | undefined): Map<string, readonly number[]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return new Map();
  return new Map(
    Object.entries(value).map(([project, ids]) => [
      project,
      Array.isArray(ids) ? ids.filter((id) => typeof id === "number") : [],
    ]),
  );
}
