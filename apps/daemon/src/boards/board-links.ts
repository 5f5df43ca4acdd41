import {
  orchError,
  type Board,
  type BoardSettings,
  type Boards,
  type Clock,
  type ProjectId,
  type Projects,
  type Store,
} from "@orch/core";

/** What boards are kept with. */
export interface BoardServiceOptions {
  readonly store: Store;
  readonly projects: Pick<Projects, "get" | "list">;
  readonly boardsOf: (project: ProjectId) => Boards | undefined;
  readonly clock: Clock;
}

interface Link {
  readonly id: string;
  /** Said by the project's file, which may name a board of its owner's alone. */
  readonly byFile: boolean;
}

/** A project with the board that it stands on. */
export interface Linked {
  readonly boards: Boards;
  readonly settings: BoardSettings;
  readonly board: Board;
}

/** Which board each project stands on. */
export interface BoardLinks {
  /** The boards of a project, whether it stands on one or not. Throws `usage` where it is on no forge. */
  sideOf(project: ProjectId): Omit<Linked, "board">;
  /** The id of its board; asks nobody. */
  idOf(project: ProjectId): Promise<string | undefined>;
  /** Its board as it is now; undefined: it stands on none. Throws `forge_missing`, `config_invalid`. */
  find(project: ProjectId): Promise<Linked | undefined>;
  /** Its board as it was at some time in the last ten minutes. */
  findLately(project: ProjectId): Promise<Linked | undefined>;
  /** Links a board by its id; empty: none. */
  keep(project: ProjectId, id: string): Promise<void>;
}

/** How long a board is taken to have the columns that it had. */
const KNOWN_MS = 600_000;

/** Makes them. What a person links is kept in the store; else the project's file says it. */
export function createBoardLinks(options: BoardServiceOptions): BoardLinks {
  const { store, projects, boardsOf, clock } = options;
  const known = new Map<ProjectId, { readonly until: number; readonly linked: Linked }>();

  function sideOf(project: ProjectId): Omit<Linked, "board"> & { readonly owner: string } {
    const boards = boardsOf(project);
    const forge = projects.get(project)?.forge;
    if (boards !== undefined && forge !== undefined) {
      return { boards, settings: forge.board, owner: forge.repository.split("/")[0] ?? "" };
    }
    throw orchError("usage", `${project} is not on GitHub`, {
      hint: "Boards are GitHub's: turn it on with gh.enabled, see orch init --github.",
    });
  }
  async function linkOf(project: ProjectId): Promise<Link | undefined> {
    const kept = await store.cursor(cursorName(project));
    if (typeof kept === "string") return kept === "" ? undefined : { id: kept, byFile: false };
    const id = projects.get(project)?.forge?.board.id;
    return id === undefined ? undefined : { id, byFile: true };
  }
  async function find(project: ProjectId): Promise<Linked | undefined> {
    const { boards, settings, owner } = sideOf(project);
    const link = await linkOf(project);
    if (link === undefined) return undefined;
    const status = settings.field === undefined ? {} : { status: settings.field };
    const board = await boards.read({ id: link.id, ...status });
    if (board === undefined) throw goneBoard(link.id);
    // Else whoever writes the repository could have the person's token write to boards elsewhere.
    if (link.byFile && board.owner.toLowerCase() !== owner.toLowerCase()) throw foreignBoard(board);
    const linked = { boards, settings, board };
    known.set(project, { until: clock.now() + KNOWN_MS, linked });
    return linked;
  }
  async function findLately(project: ProjectId): Promise<Linked | undefined> {
    const lately = known.get(project);
    return lately !== undefined && lately.until > clock.now() ? lately.linked : find(project);
  }

  return {
    sideOf,
    idOf: async (project) => (await linkOf(project))?.id,
    find,
    findLately,
    async keep(project, id) {
      await store.commit({ writes: [{ kind: "cursor:put", name: cursorName(project), value: id }] });
      known.delete(project);
    },
  };
}

/** The error of a board that is not there. */
export function goneBoard(id: string): Error {
  return orchError("forge_missing", `there is no board ${id}, or the token may not see it`, {
    hint: "The token needs to read and write projects; orch board list shows what it sees, orch board link names another.",
  });
}

function foreignBoard({ title, owner }: Board): Error {
  return orchError("config_invalid", `gh.project_id names the board ${JSON.stringify(title)} of ${owner}`, {
    hint: "A repository's file may name a board of its owner's alone. You may: orch board link.",
  });
}

function cursorName(project: ProjectId): string {
  return `board ${project}`;
}
