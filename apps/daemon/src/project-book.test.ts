import { silentLogger, systemClock, unwrap } from "@orch/core";
import { describeProjects, gitRepository, tempFolder } from "@orch/testing";
import { onTestFinished } from "vitest";

import { openProjectBook } from "./project-book.ts";

describeProjects("project book", {
  async make() {
    const home = await tempFolder();
    const environment = { all: {}, home, userHome: home, path: [] };
    const book = await openProjectBook({ environment, clock: systemClock, logger: silentLogger });
    onTestFinished(() => book[Symbol.dispose]());
    const known = [];
    for (const id of ["acme/app", "acme/site"]) {
      const { path } = await gitRepository({ "README.md": `${id}\n` });
      known.push(unwrap(await book.add({ path, id })).project.id);
    }
    return { projects: book, known };
  },
});
