import type { PermissionMode, PermissionRules } from "@orch/core";

import type { Findings } from "./findings.ts";
import { nameList } from "./resolve-agents.ts";
import { stricter, type OwnAndProject } from "./resolve-sandbox.ts";

const MODES: readonly PermissionMode[] = ["autonomous", "supervised"];

/**
 * What agents may do by their own rules (seed rows A57-A60); undefined where nobody says anything. A project's own file
 * may take away, never give: its denials are added, and its list of what is allowed counts where the person has none.
 */
export function resolvePermissions({ own, project }: OwnAndProject, findings: Findings): PermissionRules | undefined {
  const [mine, theirs] = [own.workflow ?? {}, project.workflow ?? {}];
  const mode = stricter(MODES, {
    own: mine.permissions ?? "autonomous",
    asked: theirs.permissions,
    loosened: () => findings.notice(["workflow", "permissions"], "can't be loosened by a project's file"),
  });
  const [allowed, asked] = [nameList(mine.allowed_tools), nameList(theirs.allowed_tools)];
  if (allowed.length > 0 && asked.length > 0) {
    findings.notice(["workflow", "allowed_tools"], "is passed over here: the global config.yml has a list of its own");
  }
  const deny = [...new Set([...nameList(mine.disallowed_tools), ...nameList(theirs.disallowed_tools)])];
  const allow = allowed.length > 0 ? allowed : asked;
  return mode === "autonomous" && allow.length === 0 && deny.length === 0 ? undefined : { mode, allow, deny };
}
