import type { Actor } from "../state/world.ts";
import { Refusal } from "./refusal.ts";

/** What an App needs for a write, by the path below the repository. The first that fits counts; any of its permissions will do. */
const NEEDED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^pulls\/\d+\/(?:merge|update-branch)$/, ["contents"]],
  [/^pulls/, ["pull_requests"]],
  [/^(?:issues|labels|milestones)/, ["issues", "pull_requests"]],
  [/^(?:git|contents|merges)\b/, ["contents"]],
  [/^check-/, ["checks"]],
  [/^statuses/, ["statuses"]],
  [/^actions/, ["actions"]],
  [/^hooks/, ["repository_hooks"]],
  [/^(?:branches|collaborators)/, ["administration"]],
];

/** Refuses a write for which the App's token has no permission. @throws Refusal 403 */
export function checkAppRights(actor: Actor, method: string, pathname: string): void {
  const { installation } = actor;
  if (installation === undefined || method === "GET") return;
  const [, below] = /\/repos\/[^/]+\/[^/]+\/(.+)$/.exec(pathname) ?? [];
  const [, needed] = NEEDED.find(([pattern]) => below !== undefined && pattern.test(below)) ?? [];
  if (needed === undefined || needed.some((name) => installation.permissions[name] === "write")) return;
  throw new Refusal(403, "Resource not accessible by integration", {
    headers: { "x-accepted-github-permissions": `${needed.join("=write; ")}=write` },
  });
}
