import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { repositoryAt } from "@orch/testing";
import { expect, test } from "vitest";

import { fixtureAgent, openOrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;
const SECRET = `ghp_${"a1B2".repeat(9)}`;
const CHECK = `import { sum } from "./sum.mjs";
if (sum(2, 3) !== 5) throw new Error("the sum of 2 and 3 has to be 5");
`;

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

test(
  "what is kept for a task is told to its agent, and grows by what each attempt came to",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openOrchBench({
      config: { agents: { learner: fixtureAgent("learns") }, retry: { base_seconds: 1, max_seconds: 1 } },
      files: { "check.mjs": CHECK },
    });
    const contexts = join(bench.home, "contexts");
    const own = join(contexts, "local", "site", "task-int-1.md");
    const earlier = join(contexts, "task-int-1.md");
    await put(own, `Sums are added up.\nThe key was ${SECRET}.\n`);
    await put(earlier, "An earlier orch found the file sum.mjs.\n");
    const folder = join(bench.home, "state", "local", "site", "tasks", "int-1", "attempts");
    const promptOf = (attempt: number): Promise<string> =>
      readFile(join(folder, String(attempt), "prompt-msg.md"), "utf8");

    await bench.serve();
    await bench.orch(["init"]);
    await bench.result("task add", ["Fix the sum", "--check", "node check.mjs"]);
    await bench.reaches("int-1", "in_review");

    const first = await promptOf(1);
    expect(first).toMatch(
      /<<<\w+ kept for this task\nAn earlier orch found the file sum\.mjs\.\n\nSums are added up\.\nThe key was \[redacted/,
    );
    expect(first).not.toContain(SECRET);
    const kept = await readFile(own, "utf8");
    expect(kept).toContain(`Sums are added up.\nThe key was ${SECRET}.`);
    expect(kept).toMatch(/## Attempt 1 by learner, [\d: -]+ UTC\n\nIt ended with checks_failed: /);
    expect(kept).toMatch(/## Attempt 2 by learner, [\d: -]+ UTC\n\nIt passed\.\n\nWhat it said: Fixed the sum/);
    expect(await readFile(earlier, "utf8")).toBe("An earlier orch found the file sum.mjs.\n");
    // What the prompt says of the newest attempts anyway is not said twice.
    expect(await promptOf(2)).toContain("the sum of 2 and 3 has to be 5");
    expect(await promptOf(2)).not.toContain("## Attempt 1 by learner");

    // With a second project nobody knows whose the file of an earlier orch is.
    const other = repositoryAt(join(bench.root, "other"));
    await mkdir(other.path);
    await other.git("init", "--quiet", "--initial-branch=main");
    await other.git("config", "user.name", "Tester");
    await other.git("config", "user.email", "tester@example.com");
    await other.commit("first", { "README.md": "# other\n" });
    await bench.orch(["project", "add", other.path]);
    await put(join(contexts, "task-int-2.md"), "Whose is this?\n");
    const told = (await bench.result("doctor")).checks.find(({ name }) => name === "contexts");
    expect(told?.detail).toContain("name no project, and are not read: task-int-1.md, task-int-2.md");
    await bench.result("task add", ["Fix it again"]);
    await bench.reaches("int-2", "in_review");
    expect(await readFile(join(folder, "..", "..", "int-2", "attempts", "1", "prompt-msg.md"), "utf8")).not.toContain(
      "Whose",
    );
  },
);
