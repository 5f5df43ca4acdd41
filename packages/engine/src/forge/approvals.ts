import type { ForgeAct, ForgeRole, IssueHistory } from "@orch/core";
import { optsIn, readLabels, type Approval, type IntakeCase, type LabelledBy, type TextEdit } from "@orch/forge";

import type { Site } from "./site.ts";

/** True when an issue has the label that approves it; orch itself never puts it. */
export function hasLabel({ settings }: Site, { issue }: Pick<IntakeCase, "issue">): boolean {
  return readLabels(issue.labels, { settings: settings.labels }).approved;
}

/**
 * Who put the labels on that opt an issue in, with the roles of this moment; empty: none of them matters. One that the
 * forge's past does not know of anybody is missing, and so nobody's.
 */
export async function labelledBy(
  { forge, settings }: Site,
  { issue, ours = [] }: Pick<IntakeCase, "issue" | "ours">,
): Promise<Pick<IntakeCase, "labelled">> {
  const own = new Set(ours.map((label) => label.toLowerCase()));
  const names = new Set(
    issue.labels
      .filter((label) => optsIn(label, settings))
      .map((label) => label.toLowerCase())
      .filter((label) => !own.has(label)),
  );
  if (names.size === 0) return {};
  const past = (await forge.history(issue.id))?.labelled ?? [];
  const labelled: LabelledBy[] = [];
  for (const name of names) {
    const last = past.findLast(({ label }) => label.toLowerCase() === name);
    if (last === undefined) continue;
    // Programs are known by their number alone.
    const role = last.by.isBot ? "none" : await forge.roleOf(last.by.login);
    labelled.push({ label: name, by: last.by, role });
  }
  return { labelled };
}

/**
 * What a forge tells of an issue's past, for the decision about it: who put the label of approvals there, as an approval
 * without a name, and who edited. Where the words are other ones than those that are decided about, the edits are not
 * known. Everybody's role is that of this moment. Undefined: there is no such issue.
 */
export async function pastOf(
  site: Site,
  given: IntakeCase,
): Promise<Pick<IntakeCase, "approvals" | "edits"> | undefined> {
  const { forge, settings } = site;
  const history = await forge.history(given.issue.id);
  if (history === undefined) return undefined;
  const roles = new Map<string, ForgeRole>();
  const withRole = async <Act extends ForgeAct>(act: Act): Promise<Act & { readonly role: ForgeRole }> => {
    const { login } = act.by;
    const role = roles.get(login) ?? (await forge.roleOf(login));
    roles.set(login, role);
    return { ...act, role };
  };
  const name = settings.labels.names.approved.toLowerCase();
  const last = history.labelled.findLast(({ label }) => label.toLowerCase() === name);
  // One that came off again and on by somebody else is the last one's.
  const labelled = last !== undefined && hasLabel(site, given) ? await withRole(last) : undefined;
  const approvals =
    labelled === undefined ? given.approvals : inOrder([...given.approvals, { ...labelled, byLabel: true }]);
  if (history.edits === undefined || !tellsOf(history, given)) return { approvals };
  const theirs = new Set(given.comments.map(({ comment }) => comment.id));
  const edits: TextEdit[] = [];
  // What orch says itself is nobody's word, however often it is brought up to date.
  for (const edit of history.edits) {
    if (edit.comment === undefined || theirs.has(edit.comment)) edits.push(await withRole(edit));
  }
  return { approvals, edits };
}

function inOrder(approvals: readonly Approval[]): readonly Approval[] {
  return approvals.toSorted((one, other) => one.at - other.at);
}

/** Whether the words are those that the history is about: between two answers they may have changed. */
function tellsOf(history: IssueHistory, { issue, comments }: IntakeCase): boolean {
  const isSame = (one: string, other: string | undefined): boolean =>
    other !== undefined && lines(one) === lines(other);
  return (
    isSame(issue.title, history.title) &&
    isSame(issue.body, history.body) &&
    comments.every(({ comment }) => isSame(comment.body, history.comments.get(comment.id)))
  );
}

function lines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
