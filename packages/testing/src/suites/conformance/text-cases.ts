import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { AgentEvent } from "@orch/core";

import { outcomeOf, reporting, WELL, type ConformanceCase } from "./case.ts";

const BIG = 3_000_000;
/** No event may be much longer than the 64 KiB that a driver cuts texts to. */
const EVENT_BYTES = 80_000;
/** Names of keys, control bytes, both kinds of line ends, a right-to-left word, a joined emoji, a combining mark. */
const ODD = "żółw 🎉 👩‍👩‍👧 שלום e\u0301 Enter C-c \\n $(id) `id` 'single' \"double\" <b> \u001B[31mred\u001B[0m\ttab";

/** Long and odd texts, both ways. */
export const textCases: readonly ConformanceCase[] = [
  {
    name: "carries unicode both ways",
    scenario: () => ({
      turns: [
        [
          { do: "say", text: `You said: ${ODD}` },
          { do: "edit", path: "README.md", find: "hello world", replace: ODD },
        ],
        [{ do: "shell", command: "cat README.md" }],
        reporting({ summary: ODD }),
      ],
    }),
    expected: { ...WELL, asked: true, said: true, file: true, output: true, summary: true },
    async play({ repository, requests, run }) {
      const ended = await run({ message: `Write this: ${ODD}\nthe end\n` });
      const readme = await readFile(join(repository.path, "README.md"), "utf8");
      return {
        ...outcomeOf(ended),
        asked: requests()[0]?.prompt.includes(`Write this: ${ODD}\nthe end`) ?? false,
        said: textOf(ended.events).includes(`You said: ${ODD}`),
        file: readme.includes(ODD),
        output: ended.events.some((event) => event.type === "command:finished" && event.outputTail.includes(ODD)),
        summary: ended.conclusion.report?.summary === ODD,
      };
    },
  },
  {
    name: "takes a prompt of 3 MB",
    scenario: () => ({ turns: [reporting()], tokens: 1000 }),
    expected: { ...WELL, whole: true },
    async play({ requests, run }) {
      const message = `begin\n${"ż23456789\n".repeat(BIG / 10)}end\n`;
      const ended = await run({ message });
      // Without tools it is a question on the side, such as one for a title.
      const work = requests().filter(({ tools }) => tools.length > 0);
      return { ...outcomeOf(ended), whole: work.some(({ prompt }) => prompt.includes(message.trimEnd())) };
    },
  },
  {
    name: "survives 3 MB of talk",
    scenario: () => ({
      tokens: 1000,
      turns: [
        [
          { do: "say", text: "ż23456789 ".repeat(BIG / 10) },
          { do: "shell", command: "true" },
        ],
        reporting(),
      ],
    }),
    expected: { ...WELL, heard: true, bounded: true },
    async play({ run }) {
      const ended = await run();
      return {
        ...outcomeOf(ended),
        heard: textOf(ended.events).includes("ż23456789"),
        bounded: isBounded(ended.events),
      };
    },
  },
  {
    name: "survives a command that prints 3 MB",
    scenario: () => ({
      turns: [
        [{ do: "shell", command: `node -e "process.stdout.write('x'.repeat(${BIG})); console.log(' last words')"` }],
        reporting(),
      ],
    }),
    expected: { ...WELL, told: true, bounded: true },
    async play({ run }) {
      const ended = await run();
      return {
        ...outcomeOf(ended),
        told: ended.events.some((event) => event.type === "command:finished" && event.outputTail.includes("xxxxx")),
        bounded: isBounded(ended.events),
      };
    },
  },
];

function textOf(events: readonly AgentEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("\n");
}

function isBounded(events: readonly AgentEvent[]): boolean {
  return events.every((event) => Buffer.byteLength(JSON.stringify(event)) < EVENT_BYTES);
}
