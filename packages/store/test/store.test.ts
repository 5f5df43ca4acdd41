import { join } from "node:path";

import { describeStore } from "@orch/testing";

import { openStore } from "../src/index.ts";

describeStore("SQLite file", {
  make: ({ folder, clock }) => openStore({ path: join(folder, "orch.db"), clock }),
});
