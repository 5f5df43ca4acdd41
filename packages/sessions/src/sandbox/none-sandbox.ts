import type { Sandbox } from "@orch/core";

import { heldOrNone, revealAll } from "./reveal-secrets.ts";

/** No sandbox: the program runs as the person, with the person's files and network. */
export function createNoSandbox(): Sandbox {
  return {
    name: "none",
    promises: { files: false, egress: false, masking: false },
    check: () => Promise.resolve({ works: true }),
    async open(plan) {
      const env = await revealAll(plan);
      return {
        confinement: { sandbox: "none", network: "open", credentials: heldOrNone(plan.secrets) },
        depth: 0,
        reports: false,
        command: (argv) => ({ argv, env }),
        close: () => Promise.resolve(),
      };
    },
  };
}
