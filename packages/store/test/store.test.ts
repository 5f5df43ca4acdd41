import { join } from "node:path";

import { describeDeliveries, describeStore } from "@orch/testing";

import { openStore } from "../src/index.ts";

describeStore("SQLite file", {
  make: ({ folder, clock }) => openStore({ path: join(folder, "orch.db"), clock }),
});

describeDeliveries("SQLite file", {
  async make({ folder, clock }) {
    const store = await openStore({ path: join(folder, "orch.db"), clock });
    return { ...store.deliveries, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  },
});
