import { lstat, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { loadConfig } from "@orch/config";
import { silentLogger, systemClock, unwrap } from "@orch/core";
import { describeProjects, gitRepository, tempFolder } from "@orch/testing";
import { expect, onTestFinished, test } from "vitest";

import { openProjectBook, type ProjectBook } from "./project-book.ts";

async function bookAt(home: string): Promise<ProjectBook> {
  const environment = { all: {}, home, userHome: home, path: [] };
  const book = await openProjectBook({ environment, clock: systemClock, logger: silentLogger });
  onTestFinished(() => book[Symbol.dispose]());
  return book;
}

describeProjects("project book", {
  async make() {
    const home = await tempFolder();
    const book = await bookAt(home);
    const known = [];
    for (const id of ["acme/app", "acme/site"]) {
      const { path } = await gitRepository({ "README.md": `${id}\n` });
      known.push(unwrap(await book.add({ path, id })).project.id);
    }
    return { projects: book, known };
  },
});

test("projects that are added and removed at the same instant are all remembered, once", async () => {
  const home = await tempFolder();
  // As people do who keep their configuration elsewhere.
  const elsewhere = await tempFolder();
  await writeFile(join(elsewhere, "orch.yml"), "# mine\nengine: { max_parallel: 2 }\n");
  await symlink(join(elsewhere, "orch.yml"), join(home, "config.yml"));
  const book = await bookAt(home);
  const paths = await Promise.all(Array.from({ length: 6 }, async () => (await gitRepository()).path));
  const added = await Promise.all([...paths, ...paths].map((path) => book.add({ path })));
  expect(added.map((one) => unwrap(one).created)).toEqual([...paths.map(() => true), ...paths.map(() => false)]);
  const [gone, ...stay] = added.slice(0, paths.length).map((one) => unwrap(one).project);
  if (gone === undefined) throw new Error("nothing was added");
  await Promise.all([book.remove(gone.id), book.add({ path: paths[1] ?? "" })]);
  const { config } = unwrap(await loadConfig({ home, env: {} }));
  expect(config.projects.map(({ path }) => path)).toEqual(stay.map(({ source }) => source));
  expect(book.list().map(({ id }) => id)).not.toContain(gone.id);
  expect(await readFile(join(elsewhere, "orch.yml"), "utf8")).toMatch(/^# mine\nengine:/);
  expect((await lstat(join(home, "config.yml"))).isSymbolicLink()).toBe(true);
});
