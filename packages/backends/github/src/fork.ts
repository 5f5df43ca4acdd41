import { orchError } from "@orch/core";

import { orAbsent } from "./client/forge-errors.ts";
import type { Repository } from "./repository.ts";

/**
 * Makes sure that branches may go where they are to go: to a fork of the very repository, so that nothing private is
 * pushed elsewhere. @throws `forge_missing` (it is not there), `forge_refused` (it is a fork of something else)
 */
export async function checkFork({ client, branchesAt, fullName }: Repository): Promise<void> {
  const name = `${branchesAt.owner}/${branchesAt.repo}`;
  const answer = await orAbsent(client.rest("dispatch").repos.get(branchesAt));
  if (answer === undefined) {
    throw orchError("forge_missing", `there is no fork ${name}`, {
      hint: `Make it (gh repo fork ${fullName} --clone=false), or correct gh.forks in your own config.yml.`,
    });
  }
  const { parent, source } = answer.data;
  const origins = [parent?.full_name, source?.full_name].map((each) => each?.toLowerCase());
  if (origins.includes(fullName.toLowerCase())) return;
  throw orchError("forge_refused", `${name} is not a fork of ${fullName}`, {
    hint: "Correct gh.forks in your own config.yml: branches go to a fork of the repository only.",
  });
}

/** An App's tokens are narrowed to one repository, so they can't reach a fork as well. */
export function refuseApp(fork: string): never {
  throw orchError("forge_denied", `a GitHub App can't push to the fork ${fork}`, {
    hint: "Forks need a person's token: take gh.app or the entry in gh.forks out of your own config.yml.",
  });
}
