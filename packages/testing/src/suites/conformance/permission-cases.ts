import { existsSync } from "node:fs";
import { join } from "node:path";

import type { PermissionRules } from "@orch/core";

import { outcomeOf, reporting, WELL, type ConformanceCase, type Facts } from "./case.ts";
import type { Stage } from "./stage.ts";

/** What the agent is allowed by its own rules; the boundary is the sandbox. */
export const permissionCases: readonly ConformanceCase[] = [
  {
    name: "does not run a command that is denied, and goes on",
    scenario: () => ({ turns: [[{ do: "shell", command: "touch made.txt" }], reporting()] }),
    expected: { ...WELL, made: false },
    play: (stage) => playDenied(stage, { mode: "autonomous", allow: [], deny: ["Bash(touch *)"] }),
  },
  {
    name: "does not write a file when that is denied, and goes on",
    scenario: () => ({
      turns: [
        [
          { do: "write", path: "made.txt", content: "made\n" },
          // Some agents don't offer what is denied; a reply without any call would end the turn.
          { do: "read", path: "README.md" },
        ],
        reporting(),
      ],
    }),
    expected: { ...WELL, made: false },
    play: (stage) => playDenied(stage, { mode: "autonomous", allow: [], deny: ["Edit", "Write", "Bash"] }),
  },
];

async function playDenied({ repository, run }: Stage, permissions: PermissionRules): Promise<Facts> {
  const ended = await run({ permissions });
  return { ...outcomeOf(ended), made: existsSync(join(repository.path, "made.txt")) };
}
