import type { GateRules } from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import { defaults } from "./defaults.ts";
import { filled, present } from "./fill-defaults.ts";
import type { OwnAndProject } from "./resolve-sandbox.ts";

/**
 * The publish gate. Whoever writes a repository is not its reader: a project's own file adds to what needs a person, and
 * takes nothing away. What needs nobody is the person's to say.
 */
export function resolveGate(file: ConfigFile, { own, project }: OwnAndProject): GateRules {
  const gate = filled(defaults.gate, file.gate);
  const kept = (name: "protected_paths" | "lockfiles" | "scripts"): readonly string[] => [
    ...new Set([...(own.gate?.[name] ?? defaults.gate[name]), ...(project.gate?.[name] ?? [])]),
  ];
  return {
    protectedPaths: kept("protected_paths"),
    maxFiles: gate.max_files,
    maxBytes: gate.max_bytes,
    maxFileBytes: gate.max_file_bytes,
    lockfiles: kept("lockfiles"),
    scripts: kept("scripts"),
    ...present({ allowed: allowedIn(own.gate?.allow) }),
  };
}

/** What needs nobody; undefined where nothing is said. */
export function allowedIn(written: NonNullable<ConfigFile["gate"]>["allow"]): GateRules["allowed"] {
  return written === undefined ? undefined : present(written);
}
