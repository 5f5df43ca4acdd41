import { existsSync } from "node:fs";
import { join } from "node:path";

import type { AgentEvent, PermissionRules } from "@orch/core";

import { outcomeOf, reporting, WELL, type ConformanceCase, type Facts } from "./case.ts";
import type { Stage } from "./stage.ts";

/** Commands that are neither harmless nor edits of files, so that all agents ask. */
const ALLOWED = "git tag allowed";
const UNANSWERED = "git tag unanswered";

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
  {
    name: "asks before a command: what is allowed runs, and what nobody answers in time does not",
    scenario: () => ({
      turns: [[{ do: "shell", command: ALLOWED }], [{ do: "shell", command: UNANSWERED }], reporting()],
    }),
    expected: { ...WELL, asked: `${ALLOWED}, ${UNANSWERED}`, answers: "true, false", made: "allowed" },
    play: playAsked,
  },
];

const DEADLINE_MS = 2_000;

async function playAsked({ repository, start }: Stage): Promise<Facts> {
  const running = await start({
    permissions: { mode: "supervised", allow: [], deny: [] },
    limits: { permissionMs: DEADLINE_MS },
  });
  const asks = (event: AgentEvent): boolean => event.type === "permission:requested";
  const asked = await Promise.race([running.event("a question", asks), running.end.then(() => undefined)]);
  if (asked?.type === "permission:requested") await running.allow(asked.id);
  const ended = await running.end;
  const questions = ended.events.flatMap((event) =>
    event.type === "permission:requested"
      ? ([ALLOWED, UNANSWERED].find((command) => event.what.includes(command)) ?? event.what)
      : [],
  );
  const answers = ended.events.flatMap((event) => (event.type === "permission:answered" ? [event.allowed] : []));
  const made = (await repository.git("tag", "--list")).replaceAll("\n", ", ");
  return { ...outcomeOf(ended), asked: questions.join(", "), answers: answers.join(", "), made };
}

async function playDenied({ repository, run }: Stage, permissions: PermissionRules): Promise<Facts> {
  const ended = await run({ permissions });
  return { ...outcomeOf(ended), made: existsSync(join(repository.path, "made.txt")) };
}
