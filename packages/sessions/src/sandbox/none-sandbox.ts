import type { Sandbox } from "@orch/core";

import { heldOrNone, revealSecrets } from "./reveal-secrets.ts";

/** No sandbox: the program runs as the person, with the person's files and network. */
export function createNoSandbox(): Sandbox {
  return {
    name: "none",
    promises: { files: false, egress: false, masking: false },
    check: () => Promise.resolve({ works: true }),
    open({ env, secrets }) {
      const shown = revealSecrets(env, secrets);
      return Promise.resolve({
        confinement: { sandbox: "none", network: "open", credentials: heldOrNone(secrets) },
        depth: 0,
        reports: false,
        command: (argv) => ({ argv, env: shown }),
        close: () => Promise.resolve(),
      });
    },
  };
}
