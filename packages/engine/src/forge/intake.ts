import { issueCommands } from "@orch/commands";
import {
  taskKey,
  type DomainWrite,
  type ForgeComment,
  type ForgeIssue,
  type ForgeRole,
  type Json,
  type Store,
  type TaskRef,
  type TrustTier,
} from "@orch/core";
import {
  decideIntake,
  mayWrite,
  parseCommand,
  pinName,
  trustOf,
  type Approval,
  type CommentBy,
  type IntakeCase,
  type IntakeDecision,
  type TextPin,
} from "@orch/forge";

import { hasLabel, labelledBy, pastOf } from "./approvals.ts";
import { isOwn, isSelf, type Site } from "./site.ts";

/** What was decided about an issue, and what of it has to be kept. */
export interface Considered {
  readonly decision: IntakeDecision;
  readonly kept: Kept;
  /** How far its author's words are trusted at this moment, whoever approved them; absent: they are a stranger's. */
  readonly author?: TrustTier;
  /** The text that an approval covers now is another one than before. */
  readonly isNewlyApproved: boolean;
  /** The comments that approve without a name: where they let it in, they are no word about its result. */
  readonly approvedIn: readonly number[];
  /** It was let in by the label of approvals, which is off again. */
  readonly isWithdrawn: boolean;
}

/** How texts are named; other words behind `/approve` are a pleasantry. */
const PIN_NAME = /^[0-9a-f]{12,64}$/i;

/** What is kept of an issue between two looks. */
type Kept = Pick<IntakeCase, "shown" | "approved">;

interface Considering {
  readonly issue: ForgeIssue;
  readonly ours: readonly string[];
  /** Orch opened it: with this trust. */
  readonly own?: TrustTier;
  /** When it became a task, epoch milliseconds; absent: it is none. From then on `/approve` alone is about its result. */
  readonly taken?: number;
}

/** Decides about an issue with everything that the forge says about it at this moment (SECURITY D1). */
export async function considerIssue(store: Store, site: Site, given: Considering): Promise<Considered> {
  const { issue, ours, own, taken } = given;
  const { forge, settings, key } = site;
  const ref = { project: forge.project, id: issue.id };
  const role = await forge.roleOf(issue.author.login);
  const kept = asKept(await store.cursor(cursorName(ref)));
  const bare = { issue, role, comments: [], approvals: [], ours, ...kept, ...(own === undefined ? {} : { own }) };
  const began = decideIntake(bare, { settings, key });
  // What has begun is not begun by anybody's label; a stranger's words wait for a person in any case.
  const asksWho = began.kind === "take" && own === undefined && taken === undefined;
  const alone = asksWho ? { ...bare, ...(await labelledBy(site, bare)) } : bare;
  const first = asksWho ? decideIntake(alone, { settings, key }) : began;
  // Comments decide about strangers' words alone, and cost requests.
  const isPlain =
    first.kind === "skip" ? first.why !== "not_asked" : first.kind === "take" && first.trust === "trusted";
  const { decision, approvedIn } = isPlain
    ? { decision: first, approvedIn: [] }
    : await decideByWords(site, alone, taken);
  const isWithdrawn = kept.approved?.byLabel === true && !hasLabel(site, alone) && !isLetIn(decision);
  const author = await authorOf(site, { ...given, role });
  const { approved: _approved, ...rest } = kept;
  const next = keptAfter(decision, isWithdrawn ? rest : kept);
  return {
    decision,
    approvedIn,
    ...author,
    kept: next,
    isWithdrawn,
    isNewlyApproved: next.approved !== undefined && !isSame(next.approved, kept.approved),
  };
}

/** What orch opened itself is edited by nobody but those who may write. */
async function authorOf(
  { forge, settings }: Site,
  { issue, role, own }: Considering & { readonly role: ForgeRole },
): Promise<Pick<Considered, "author">> {
  const isOrch = own === undefined && (await isSelf(forge, issue.author));
  const author = own ?? (isOrch ? "trusted" : trustOf(issue.author, { role, intake: settings.intake }));
  return author === undefined ? {} : { author };
}

/** Decides about strangers' words with what people said below them, and, where that alone lets nothing in, with their past. */
async function decideByWords(
  site: Site,
  alone: IntakeCase,
  taken: number | undefined,
): Promise<Pick<Considered, "decision" | "approvedIn">> {
  const { comments, approvals: all } = await words(site, alone.issue);
  const approvals = all.filter(({ named, at }) => named !== undefined || taken === undefined || at < taken);
  const decision = await decideWith(site, { ...alone, comments, approvals });
  const unnamed = approvals.filter(({ named, role }) => named === undefined && mayWrite(role));
  return { decision, approvedIn: unnamed.map(({ comment }) => comment) };
}

async function decideWith(site: Site, given: IntakeCase): Promise<IntakeDecision> {
  const { settings, key } = site;
  const decision = decideIntake(given, { settings, key });
  if (decision.kind === "skip" ? decision.why !== "not_asked" : isLetIn(decision)) return decision;
  const approves = hasLabel(site, given) || given.approvals.length > 0 || given.approved !== undefined;
  const past = approves ? await pastOf(site, given) : undefined;
  return past === undefined ? decision : decideIntake({ ...given, ...past }, { settings, key });
}

function isLetIn(decision: IntakeDecision): boolean {
  return decision.kind === "take" && decision.trust !== "untrusted";
}

/** Writes down what the next look has to know. */
export function keepConsidered(ref: TaskRef, { kept }: Considered): DomainWrite {
  return { kind: "cursor:put", name: cursorName(ref), value: JSON.parse(JSON.stringify(kept)) as Json };
}

async function words(
  site: Site,
  issue: ForgeIssue,
): Promise<{ readonly comments: readonly CommentBy[]; readonly approvals: readonly SaidApproval[] }> {
  const { forge } = site;
  const all = await forge.comments(Number(issue.id));
  const own = await Promise.all(all.map((comment) => isOwn(site, comment)));
  const others = all.filter((_, index) => own[index] === false);
  const roles = new Map<string, ForgeRole>();
  for (const { author } of others) {
    if (!roles.has(author.login)) roles.set(author.login, await forge.roleOf(author.login));
  }
  const comments = others.map((comment) => ({ comment, role: roles.get(comment.author.login) ?? "none" }) as const);
  return { comments, approvals: comments.flatMap(approvalIn) };
}

/** An approval with the number of the comment that says it. */
type SaidApproval = Approval & { readonly comment: number };

function approvalIn({ comment, role }: CommentBy): readonly SaidApproval[] {
  const reading = parseCommand(comment.body, { commands: issueCommands });
  if (reading.kind !== "command" || reading.name !== "approve") return [];
  const named = reading.argument === undefined ? {} : { named: reading.argument };
  return [{ comment: comment.id, by: comment.author, role, at: comment.createdAt, ...named }];
}

/** Whether a comment is about letting an issue in, and not about a result. */
export function namesText(comment: ForgeComment): boolean {
  const reading = parseCommand(comment.body, { commands: issueCommands });
  return reading.kind === "command" && reading.name === "approve" && PIN_NAME.test(reading.argument ?? "");
}

/** The name by which somebody who may write lets in the text of a task's issue that nobody has approved; undefined: none waits. */
export async function waitingName(store: Pick<Store, "cursor">, ref: TaskRef): Promise<string | undefined> {
  const { shown } = asKept(await store.cursor(cursorName(ref)));
  return shown === undefined ? undefined : pinName(shown);
}

function keptAfter(decision: IntakeDecision, before: Kept): Kept {
  if (decision.kind === "skip") return before;
  const { shown } = decision;
  const approved = decision.kind === "take" ? decision.approved : undefined;
  return { ...(shown === undefined ? {} : { shown }), ...(approved === undefined ? {} : { approved }) };
}

function isSame(one: { readonly pin: TextPin }, other: { readonly pin: TextPin } | undefined): boolean {
  return one.pin.hash === other?.pin.hash;
}

function cursorName(ref: TaskRef): string {
  return `intake ${taskKey(ref)}`;
}

function asKept(value: Json | undefined): Kept {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Kept) : {};
}
