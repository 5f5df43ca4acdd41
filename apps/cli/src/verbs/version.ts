import { isDaemonGone } from "@orch/api";

import type { LocalVerb } from "../context.ts";
import { ownVersion } from "../version.ts";

/** Shows versions; that no daemon runs is no failure here. */
export const version: LocalVerb<"version"> = async ({ client }) => {
  const daemon = await client.health().then(
    (health) => ({ version: health.version, pid: health.pid }),
    (error: unknown) => {
      if (isDaemonGone(error)) return null;
      throw error;
    },
  );
  return { data: { version: ownVersion(), node: process.versions.node, daemon } };
};
