import type { CommandResults } from "@orch/api";
import {
  boardColumns,
  columnOf,
  issueNumberOf,
  orchError,
  taskStatuses,
  type BoardCard,
  type BoardOutcome,
  type Boards,
  type BoardSummary,
  type ProjectId,
  type Task,
} from "@orch/core";

import { createBoardLinks, goneBoard, type BoardServiceOptions, type Linked } from "./board-links.ts";
import { chooseOption } from "./choose-option.ts";

/** What `orch board info` shows. */
export type BoardInfo = CommandResults["board info"];

/** The boards that projects stand on. Throws what the forge throws, and `usage` for what people get wrong. */
export interface BoardService {
  list(project: ProjectId): Promise<CommandResults["board list"]["boards"]>;
  info(project: ProjectId): Promise<BoardInfo>;
  /** `none`: on no board any more. */
  link(project: ProjectId, named: string): Promise<BoardInfo>;
  /** Brings all open tasks in step, and those that ended lately. */
  sync(project: ProjectId): Promise<BoardOutcome>;
  /** Brings these tasks in step; without a board nothing happens. */
  show(project: ProjectId, tasks: readonly Task[]): Promise<BoardOutcome>;
  /** True when the project stands on a board; asks nobody. */
  isLinked(project: ProjectId): Promise<boolean>;
}

const MOST_TASKS = 10_000;
const RECENT_MS = 14 * 86_400_000;
const NOTHING: BoardOutcome = { added: 0, moved: 0, unchanged: 0, skipped: 0 };

/** Makes the service. A link is kept in the store, per project. */
export function createBoardService(options: BoardServiceOptions): BoardService {
  const { store, clock } = options;
  const links = createBoardLinks(options);

  async function show(project: ProjectId, tasks: readonly Task[]): Promise<BoardOutcome> {
    const linked = await links.findLately(project);
    if (linked?.board.status === undefined) return NOTHING;
    const { boards, board } = linked;
    const cards = tasks.flatMap((task) => cardOf(task, linked));
    return cards.length === 0 ? NOTHING : boards.show({ board: board.id, field: linked.board.status, cards });
  }

  return {
    async list(project) {
      const { boards } = links.sideOf(project);
      const id = await links.idOf(project);
      return (await boards.list()).map((board) => ({ ...board, linked: board.id === id }));
    },
    async info(project) {
      return viewInfo(project, await links.find(project));
    },
    async link(project, named) {
      const { boards } = links.sideOf(project);
      const id = named.trim().toLowerCase() === "none" ? "" : await idOf(boards, { project, named: named.trim() });
      await links.keep(project, id);
      return viewInfo(project, await links.find(project));
    },
    async sync(project) {
      if ((await links.find(project)) === undefined) throw noBoard(project);
      const since = clock.now() - RECENT_MS;
      const tasks = await store.tasks({ project, limit: MOST_TASKS });
      return show(
        project,
        tasks.filter(({ status, updatedAt }) => columnOf(status) !== "done" || updatedAt > since),
      );
    },
    show,
    isLinked: async (project) => options.boardsOf(project) !== undefined && (await links.idOf(project)) !== undefined,
  };
}

function cardOf(task: Task, { board, settings }: Linked): readonly BoardCard[] {
  const issue = issueNumberOf(task);
  const option = chooseOption(board, columnOf(task.status), settings);
  return issue === undefined || option === undefined ? [] : [{ issue, option: option.id }];
}

function viewInfo(project: ProjectId, linked: Linked | undefined): BoardInfo {
  if (linked === undefined) return { project, board: null, field: null, columns: [] };
  const { board, settings } = linked;
  const { status, ...summary } = board;
  return {
    project,
    board: { ...summary, linked: true },
    field: status === undefined ? null : { id: status.id, name: status.name },
    columns: boardColumns.map((column) => ({
      column,
      statuses: taskStatuses.filter((one) => columnOf(one) === column),
      option: chooseOption(board, column, settings)?.name ?? null,
    })),
  };
}

async function idOf(
  boards: Boards,
  { project, named }: { readonly project: ProjectId; readonly named: string },
): Promise<string> {
  if (named.startsWith("PVT_")) {
    if ((await boards.read({ id: named })) !== undefined) return named;
    throw goneBoard(named);
  }
  const found = matching(await boards.list(), named);
  const [first, second] = found;
  if (first === undefined) {
    throw orchError("usage", `${project} has no board ${JSON.stringify(named)}`, {
      hint: "See: orch board list. Name one by its number, its address, its id or its title.",
    });
  }
  if (second === undefined) return first.id;
  throw orchError("usage", `several boards are called ${JSON.stringify(named)}`, {
    hint: `Name it by its id: ${found.map(({ id, title }) => `${id} (${title})`).join(", ")}`,
  });
}

function matching(boards: readonly BoardSummary[], named: string): readonly BoardSummary[] {
  const lower = named.toLowerCase().replace(/\/+$/, "");
  const tests: readonly ((board: BoardSummary) => boolean)[] = [
    ({ url }) => lower === url.toLowerCase() || lower.startsWith(`${url.toLowerCase()}/`),
    ({ number }) => lower.replace(/^#/, "") === String(number),
    ({ title }) => title.trim().toLowerCase() === lower,
  ];
  return tests.map((test) => boards.filter(test)).find((found) => found.length > 0) ?? [];
}

function noBoard(project: ProjectId): Error {
  return orchError("usage", `${project} stands on no board`, { hint: "See: orch board list, then orch board link." });
}
