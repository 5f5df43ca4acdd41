import type { Verb } from "./spec.ts";

const onBoards = { surfaces: ["cli", "api", "chat"], inProject: true, positionals: {}, flags: {} } as const;

/** The verbs about the board on which a project's tasks stand. */
export const boardVerbs = [
  {
    ...onBoards,
    name: "board list",
    aliases: ["board ls"],
    summary: "List the boards on GitHub that the project may stand on",
    help: "Those that its repository is linked to, and those of its owner (Projects V2). The token has to be allowed to read projects.",
    examples: ["orch board list"],
    tier: "read",
  },
  {
    ...onBoards,
    name: "board link",
    aliases: [],
    summary: "Let the project's tasks stand on a board",
    help: "Their issues are put there, and their cards moved as the tasks go on. Which column is which is told by the names of the board's choices, or by gh.project_status_names. With none: on no board any more; what is there stays.",
    examples: ["orch board link 3", "orch board link https://github.com/orgs/acme/projects/3", "orch board link none"],
    tier: "admin",
    positionals: {
      board: {
        kind: "text",
        summary: "The board: its number, address, id or title; or none",
        required: true,
        joined: true,
        shows: "board|none",
        max: 500,
      },
    },
  },
  {
    ...onBoards,
    name: "board sync",
    aliases: [],
    summary: "Bring the cards of all open tasks in step now",
    help: "The daemon does it by itself when a task goes on. What ended more than two weeks ago is left as it is.",
    examples: ["orch board sync"],
    tier: "write",
  },
  {
    ...onBoards,
    name: "board info",
    aliases: ["board"],
    summary: "Show the board, its columns, and which tasks stand in which",
    examples: ["orch board info"],
    tier: "read",
  },
] as const satisfies readonly Verb[];
