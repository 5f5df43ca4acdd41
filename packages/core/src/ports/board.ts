import type { TaskStatus } from "../task.ts";

/** The columns of a board, as orch thinks of them. */
export type BoardColumn = "backlog" | "in_progress" | "review" | "done";

/** Every column, in the order of a task's life. */
export const boardColumns: readonly BoardColumn[] = ["backlog", "in_progress", "review", "done"];

/** The column of a task with this status. */
export function columnOf(status: TaskStatus): BoardColumn {
  switch (status) {
    case "new":
    case "routed":
      return "backlog";
    case "in_progress":
    case "blocked":
      return "in_progress";
    case "in_review":
    case "needs_review":
      return "review";
    case "done":
    case "cancelled":
      return "done";
  }
}

/** A board of a forge: on GitHub a project of the second kind. */
export interface BoardSummary {
  /** The forge's own id. */
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly closed: boolean;
  /** Login of the person or organisation that it belongs to. */
  readonly owner: string;
}

/** One choice of the field that holds a card's column. */
export interface BoardOption {
  readonly id: string;
  readonly name: string;
}

/** A board with the field that its columns are made of. */
export interface Board extends BoardSummary {
  /** Absent: it has no field of that name or id with choices. */
  readonly status?: { readonly id: string; readonly name: string; readonly options: readonly BoardOption[] };
}

/** Where the card of an issue has to be. */
export interface BoardCard {
  /** The issue's number. */
  readonly issue: number;
  /** The id of a choice of the field. */
  readonly option: string;
}

/** What became of cards. */
export interface BoardOutcome {
  /** Cards that were put on the board. */
  readonly added: number;
  /** Cards that stand in another column now, new ones among them. */
  readonly moved: number;
  /** Cards that were there already. */
  readonly unchanged: number;
  /** Issues that are not there, or whose card somebody archived. */
  readonly skipped: number;
}

/**
 * The boards of one repository of a forge. All of it is housekeeping: it waits for everything else. `show` looks first,
 * so it may be called again. Throws what a `Forge` throws.
 */
export interface Boards {
  /** Those that the repository is linked to, and those of its owner; at most a hundred of each. */
  list(): Promise<readonly BoardSummary[]>;
  /** By its id; undefined: there is none, or it can't be seen. `status`: the field's id or name (`Status`). */
  read(request: { readonly id: string; readonly status?: string }): Promise<Board | undefined>;
  /** Puts issues on a board, once each, and moves their cards. */
  show(request: {
    readonly board: string;
    readonly field: { readonly id: string; readonly name: string };
    readonly cards: readonly BoardCard[];
  }): Promise<BoardOutcome>;
}
