import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { repositoryAt } from "@orch/testing";
import { expect, test } from "vitest";

import { fixtureAgent, openOrchBench, type OrchBench } from "./orch-bench.ts";

const LONG_MS = 120_000;

/** Another repository in a folder of its own, whose name others may have, too. */
async function repositoryIn(bench: OrchBench, ...parts: readonly string[]): Promise<string> {
  const path = join(bench.root, ...parts);
  await mkdir(path, { recursive: true });
  const repository = repositoryAt(path);
  await repository.git("init", "--quiet", "--initial-branch=main");
  await repository.git("config", "user.name", "Tester");
  await repository.git("config", "user.email", "tester@example.com");
  await repository.commit("first", { "README.md": `# ${parts.join(" ")}\n` });
  return path;
}

test(
  "folders of one name are projects of their own, and none inherits another's tasks",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openOrchBench({ config: { agents: { writer: fixtureAgent("writes") } } });
    await bench.serve();
    const place = { folder: bench.root };
    const add = async (path: string): Promise<string> => (await bench.result("project add", [path], place)).project.id;
    const titles = async (folder: string): Promise<readonly string[]> =>
      (await bench.result("task list", [], { folder })).tasks.map(({ title }) => title);

    const first = bench.repository.path;
    expect(await add(first)).toBe("local/site");
    await bench.result("task add", ["Add file one"]);
    const second = await repositoryIn(bench, "b", "site");
    expect(await add(second)).toBe("local/site-2");
    expect(await titles(second)).toEqual([]);
    await bench.result("task add", ["Add file two"], { folder: second });

    // Removed and replaced by another repository at the same place: a new project.
    await bench.result("project remove", ["local/site"], place);
    await mkdir(join(bench.root, "moved"));
    const moved = join(bench.root, "moved", "site");
    await rename(first, moved);
    await repositoryIn(bench, "site");
    expect(await add(first)).toBe("local/site-3");
    expect(await titles(first)).toEqual([]);

    // The moved one is known again by its first commit, and so is one that was removed and comes back.
    await bench.result("project remove", ["local/site-2"], place);
    expect(await add(second)).toBe("local/site-2");
    expect(await titles(second)).toEqual(["Add file two"]);
    await bench.result("project remove", ["local/site-3"], place);
    await rename(first, join(bench.root, "gone"));
    expect(await add(moved)).toBe("local/site");
    expect(await titles(moved)).toEqual(["Add file one"]);

    // What a person says counts.
    expect((await bench.result("project add", [join(bench.root, "gone"), "--repo", "me/site"], place)).project.id).toBe(
      "me/site",
    );
  },
);

test(
  "a project that no longer loads is shown with its reason, and may be forgotten",
  { timeout: LONG_MS },
  async () => {
    await using bench = await openOrchBench({ config: { agents: { writer: fixtureAgent("writes") } } });
    await bench.serve();
    const place = { folder: bench.root };
    const [broken, gone, well] = await Promise.all(["broken", "gone", "well"].map((name) => repositoryIn(bench, name)));
    for (const path of [broken, gone, well]) await bench.result("project add", [path ?? ""], place);
    await writeFile(join(broken ?? "", ".orch.yml"), "checks: [\n");
    await rm(gone ?? "", { recursive: true });
    await bench.orch(["stop"], place);
    await bench.serve();

    const listed = await bench.result("project list", [], place);
    expect(listed.projects.map(({ source }) => source)).toEqual([well]);
    expect(listed.broken.map(({ path, error }) => [path, error.code])).toEqual([
      [broken, "config_invalid"],
      [gone, "not_a_repository"],
    ]);
    const shown = await bench.orch(["project", "list"], place);
    expect(shown.out).toContain(`orch project remove ${gone ?? ""}`);
    for (const path of [broken, gone]) {
      expect(await bench.result("project remove", [path ?? ""], place)).toEqual({ project: path, removed: true });
    }
    expect(await bench.result("project list", [], place)).toMatchObject({ broken: [], projects: [{ source: well }] });

    // One that goes while the daemon runs is still known by its path.
    await rm(well ?? "", { recursive: true });
    const last = await bench.result("project remove", [well ?? ""], place);
    // By then the daemon may have seen that it can't be loaded any more.
    expect(["local/well", well]).toContain(last.project);
    expect(last.removed).toBe(true);
  },
);
