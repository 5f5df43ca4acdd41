import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Repository } from "../state/repository.ts";
import type { Actor, World } from "../state/world.ts";

/** Refuses one ref of a push. git runs it with the ref, the old and the new commit, and our two variables. */
const UPDATE_HOOK = `#!/bin/sh
none=0000000000000000000000000000000000000000
case "$GITHUB_PROTECTED" in
  *" $1 "*) echo "error: GH006: Protected branch update failed for $1." >&2; exit 1 ;;
esac
if [ "$GITHUB_NO_WORKFLOWS" = yes ] && [ "$3" != "$none" ]; then
  from=$2
  [ "$from" = "$none" ] && from=$(git merge-base "$3" HEAD)
  if git diff --name-only "$from" "$3" | grep -q "^.github/workflows/"; then
    echo "refusing to allow a GitHub App to create or update workflow without \\\`workflows\\\` permission" >&2
    exit 1
  fi
fi
`;

/** Puts the hook in its place. */
export async function installPushRules(path: string): Promise<void> {
  const file = join(path, "hooks", "update");
  await writeFile(file, UPDATE_HOOK);
  await chmod(file, 0o755);
}

/** The hook's variables for a push by this actor: protected branches, and whether workflow files may change. */
export function pushRules(world: World, repository: Repository, actor: Actor): Record<string, string> {
  const isAdmin = world.may(actor, repository, "admin");
  const guarded = [...repository.protections].filter(([, rules]) => rules.enforceAdmins || !isAdmin);
  const names = guarded.map(([branch]) => `refs/heads/${branch}`);
  const { installation } = actor;
  const isHeld = installation !== undefined && installation.permissions["workflows"] !== "write";
  return { GITHUB_PROTECTED: ` ${names.join(" ")} `, GITHUB_NO_WORKFLOWS: isHeld ? "yes" : "no" };
}
