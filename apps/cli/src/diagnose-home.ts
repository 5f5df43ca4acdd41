import type { Diagnosis } from "@orch/daemon";

import { daemonEnvironment } from "./env.ts";
import type { Host } from "./host.ts";

/** What this home tells about itself without a daemon, with a redactor that knows its secrets. Throws as `diagnose`. */
export async function diagnoseHome(host: Host, about: { readonly task?: string } = {}): Promise<Diagnosis> {
  const { diagnose } = await import("@orch/daemon");
  const all = daemonEnvironment(host.home);
  const userHome = all["HOME"] ?? "/nonexistent";
  return diagnose({
    ...about,
    environment: { all, home: host.home, userHome, path: host.searchPath },
    folder: host.folder,
  });
}
