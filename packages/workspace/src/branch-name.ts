import { isInternalTask, parseBranchName, unwrap, type BranchName, type TaskId } from "@orch/core";

const LONGEST_SLUG = 40;

/**
 * The branch of a task: the template with `{issue}`, `{id}` and `{slug}` filled in. Internal tasks have no issue number;
 * a template that asks for one becomes `task-{id}-{slug}` for them. A template without any number gets the id at its end,
 * because two tasks must not share a branch.
 * @throws `invalid_id` when the template's own text is not fit for a branch name.
 */
export function branchFor(template: string, task: { readonly id: TaskId; readonly title: string }): BranchName {
  const usable = template.includes("{issue}") && isInternalTask(task.id) ? "task-{id}-{slug}" : template;
  const numbered = /\{(?:issue|id)\}/.test(usable) ? usable : `${usable}-{id}`;
  const filled = numbered
    .replaceAll("{issue}", task.id)
    .replaceAll("{id}", task.id)
    .replaceAll("{slug}", slugOf(task.title))
    .replaceAll(/-+(?=\/|$)|(?<=\/)-+/g, "");
  return unwrap(parseBranchName(filled));
}

/** A title in lower-case ASCII letters, digits and single dashes, at most 40 characters; may be empty. */
export function slugOf(title: string): string {
  return title
    .slice(0, 1000)
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, LONGEST_SLUG)
    .replace(/-$/, "");
}
