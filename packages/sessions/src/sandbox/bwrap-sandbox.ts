import { mkdirSync } from "node:fs";

import { orchError, type Sandbox, type SandboxPlan } from "@orch/core";

import { bwrapArguments } from "./bwrap-arguments.ts";
import { findTool } from "./find-tool.ts";
import { asOrdinaryUser, namedUser } from "./ordinary-user.ts";
import { probeSandbox } from "./probe-sandbox.ts";
import { heldOrNone, revealAll } from "./reveal-secrets.ts";

const STATUS = ["--json-status-fd", "3", "--"];

/** bubblewrap: files are confined, and the network is there or not; it filters nothing and masks nothing. */
export function createBwrapSandbox(): Sandbox {
  return {
    name: "bwrap",
    promises: { files: true, egress: false, masking: false },
    async check() {
      const found = await probeSandbox();
      return found.mode === "bwrap" ? { works: true } : { works: false, why: found.why, missing: found.missing };
    },
    async open(plan) {
      const { secrets, rules } = plan;
      const prefix = [...bwrapPrefix(plan), ...asOrdinaryUser()];
      const env = await revealAll(plan);
      return {
        confinement: { sandbox: "bwrap", network: rules.network ? "open" : "none", credentials: heldOrNone(secrets) },
        depth: 1,
        reports: true,
        command: (argv) => ({ argv: [...prefix, ...STATUS, ...argv], env }),
        close: () => Promise.resolve(),
      };
    },
  };
}

/**
 * bubblewrap with the mounts of a plan, up to its closing options; root still has its rights over them. Whether it
 * works is for canaries to prove. Throws `sandbox_unavailable` when it is not there.
 */
export function bwrapPrefix(plan: SandboxPlan): readonly string[] {
  const path = process.platform === "linux" ? findTool("bwrap") : undefined;
  if (path === undefined) throw orchError("sandbox_unavailable", "bubblewrap is not installed");
  mkdirSync(plan.tmp, { recursive: true, mode: 0o700 });
  return [path, ...bwrapArguments(plan), ...namedUser(plan.scratch, plan.env["HOME"] ?? "/")];
}

/** The options that end bubblewrap's own: where it reports, and that the program follows. */
export const bwrapStatus: readonly string[] = STATUS;
