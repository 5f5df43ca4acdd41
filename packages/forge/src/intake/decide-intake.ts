import type {
  ForgeComment,
  ForgeIssue,
  ForgeRole,
  ForgeSettings,
  ForgeUser,
  IntakeSettings,
  TrustTier,
} from "@orch/core";

import { readLabels } from "../labels/read-labels.ts";
import { optIn, type SkipReason } from "./opt-in.ts";
import { namesPin, pinName, pinOf, type TextPin } from "./pin.ts";
import { mayWrite, trustOf } from "./standing.ts";

/** A comment with what its author may do in the repository at this moment. */
export interface CommentBy {
  readonly comment: ForgeComment;
  readonly role: ForgeRole;
}

/** Somebody let an issue in: by the label of approvals, or with `/approve`. */
export interface Approval {
  readonly by: ForgeUser;
  /** At this moment. */
  readonly role: ForgeRole;
  /** Epoch milliseconds, by the forge's clock. */
  readonly at: number;
  /** The text that they mean, as `/approve` named it. */
  readonly named?: string;
  /** It is the label. */
  readonly byLabel?: true;
}

/** What an approval covers. */
export interface Covered {
  readonly pin: TextPin;
  /** When it was approved; epoch milliseconds. */
  readonly at: number;
  /** The label approves it: it holds as long as that is on. */
  readonly byLabel?: true;
}

/** A change of an issue's title, text or comments, as the forge recorded it. */
export interface TextEdit {
  readonly by: ForgeUser;
  /** At this moment. */
  readonly role: ForgeRole;
  /** Epoch milliseconds, by the forge's clock. */
  readonly at: number;
}

/** Who put a label there; of several times, the last. */
export interface LabelledBy {
  readonly label: string;
  readonly by: ForgeUser;
  /** At this moment. */
  readonly role: ForgeRole;
}

/** An issue with everything that decides about it. Roles are those of this moment, never those of a message. */
export interface IntakeCase {
  readonly issue: ForgeIssue;
  /** What its author may do. */
  readonly role: ForgeRole;
  /** Without those of orch itself, oldest first. */
  readonly comments: readonly CommentBy[];
  /** Oldest first. */
  readonly approvals: readonly Approval[];
  /** The pin of the last decision about it, which was shown to people or acted on. */
  readonly shown?: TextPin;
  /** What was taken under an approval before: the decision's `pin` of then, and the time of the approval. */
  readonly approved?: Covered;
  /**
   * Every edit of title, text and comments, where the forge tells all of them; absent: unknown, so that an approval has
   * to name the text that it means.
   */
  readonly edits?: readonly TextEdit[];
  /** Orch opened the issue itself, which a verified mark shows: with this trust. */
  readonly own?: TrustTier;
  /** The labels that orch put. */
  readonly ours?: readonly string[];
  /** Who put the labels that opt it in (`optsIn`); absent: that does not matter, as it has begun. */
  readonly labelled?: readonly LabelledBy[];
}

/** What is to be done with an issue. */
export type IntakeDecision =
  | {
      readonly kind: "take";
      readonly trust: TrustTier;
      /** The comments that belong to the task; no other is shown to an agent. */
      readonly comments: readonly ForgeComment[];
      /** Set when strangers' words were approved: to be kept, with the approval's time. */
      readonly approved?: Covered;
      /** Set for strangers' words that nobody has approved. */
      readonly shown?: TextPin;
    }
  | { readonly kind: "skip"; readonly why: SkipReason }
  /**
   * `why`: nobody has approved it, its text changed since, it is not sure which text was approved, or somebody opted it
   * in who may not.
   */
  | {
      readonly kind: "wait";
      readonly why: "stranger" | "edited" | "unclear" | "label";
      /** To be kept and given as `shown` next time. */
      readonly shown: TextPin;
      /** What a maintainer writes to let it in as it is now. */
      readonly command: string;
    };

/**
 * Decides whether an issue becomes or stays a task, and how far its words are trusted.
 *
 * - `trusted`: its author may write to the repository, and is an allowed author where there are such.
 * - `reviewed`: a stranger's words that somebody who may write has approved, exactly as they are now; or those of a
 *   program that the person's configuration lists by number.
 * - `untrusted`: a stranger's words, where `intake.strangers` is `look`.
 *
 * An approval covers title, text and the strangers' comments of its time. What strangers write later is left out; when
 * what it covers is edited by a stranger, it is void. Edits by those who may write keep it.
 *
 * A label opts an issue in when somebody put it there who may approve, or a program that the person's configuration
 * lists. Any other waits, whoever wrote the issue: GitHub lets the role `triage` put labels, and templates put them for
 * strangers.
 */
export function decideIntake(
  given: IntakeCase,
  { settings, key }: { readonly settings: Pick<ForgeSettings, "intake" | "labels">; readonly key: Uint8Array },
): IntakeDecision {
  const { issue, ours = [], own } = given;
  // What orch shows itself is no word of a person's about whether to begin.
  const mine = new Set(ours.map((label) => label.toLowerCase()));
  const labels = issue.labels.filter((label) => !mine.has(label.toLowerCase()));
  const reading = readLabels(labels, { settings: settings.labels });
  const asked = given.approvals.some(isApproval);
  const skip = optIn({ ...issue, labels }, { reading, settings, asked: asked || own !== undefined });
  if (skip !== undefined) return { kind: "skip", why: skip };
  const isMeant = asked || own !== undefined || isOptedIn(given, { labels, settings });
  const theirs = given.comments.filter((each) => !speaks(each, settings.intake));
  const spoken = given.comments.filter((each) => speaks(each, settings.intake)).map(({ comment }) => comment);
  const trust = own ?? trustOf(issue.author, { role: given.role, intake: settings.intake });
  if (trust !== undefined && isMeant) return { kind: "take", trust, comments: spoken };

  const pinAt = (ids: readonly number[]): TextPin =>
    pinOf(issue, { comments: theirs.map(({ comment }) => comment), ids, key });
  const approved = standing(given, { pinAt, isLabelled: reading.approved }) ?? newApproval(given, { theirs, pinAt });
  if (approved !== undefined) {
    const covered = theirs.map(({ comment }) => comment).filter(({ id }) => approved.pin.comments.includes(id));
    const comments = [...spoken, ...covered].toSorted((one, other) => one.id - other.id);
    return { kind: "take", trust: "reviewed", comments, approved };
  }
  const shown = pinAt(theirs.map(({ comment }) => comment.id));
  const command = `/approve ${pinName(shown)}`;
  if (!isMeant) return { kind: "wait", why: "label", shown, command };
  if (settings.intake.strangers === "look") return { kind: "take", trust: "untrusted", comments: spoken, shown };
  const unapproved = asked ? "unclear" : "stranger";
  const why = given.approved === undefined ? unapproved : "edited";
  return { kind: "wait", why, shown, command };
}

/** Whether it is opted in by the labels alone that somebody put there who may. */
function isOptedIn(
  { issue, labelled }: IntakeCase,
  from: { readonly labels: readonly string[]; readonly settings: Pick<ForgeSettings, "intake" | "labels"> },
): boolean {
  if (labelled === undefined) return true;
  const { settings } = from;
  const good = new Set(
    labelled.filter((each) => mayOptIn(each, settings.intake)).map(({ label }) => label.toLowerCase()),
  );
  const labels = from.labels.filter((label) => good.has(label.toLowerCase()));
  const reading = readLabels(labels, { settings: settings.labels });
  return optIn({ ...issue, labels }, { reading, settings, asked: false }) === undefined;
}

type PinAt = (ids: readonly number[]) => TextPin;

/** The approval of before, as long as it was not taken back and what it covers was changed by those who may write alone. */
function standing(
  { approved, edits }: IntakeCase,
  { pinAt, isLabelled }: { readonly pinAt: PinAt; readonly isLabelled: boolean },
): Covered | undefined {
  if (approved === undefined || (approved.byLabel === true && !isLabelled)) return undefined;
  const now = pinAt(approved.pin.comments);
  if (now.hash === approved.pin.hash) return approved;
  const later = edits?.filter(({ at }) => at >= approved.at) ?? [];
  return later.length > 0 && later.every(isByWriter) ? { ...approved, pin: now } : undefined;
}

function newApproval(
  given: IntakeCase,
  { theirs, pinAt }: { readonly theirs: readonly CommentBy[]; readonly pinAt: PinAt },
): Covered | undefined {
  const ids = theirs.map(({ comment }) => comment.id);
  for (const approval of given.approvals.filter(isApproval).toReversed()) {
    const pin = coveredBy(approval, { given, theirs, pinAt, ids });
    if (pin !== undefined) return { pin, at: approval.at, ...(approval.byLabel === true ? { byLabel: true } : {}) };
  }
  return undefined;
}

function coveredBy(
  { named, at }: Approval,
  from: {
    readonly given: IntakeCase;
    readonly theirs: readonly CommentBy[];
    readonly pinAt: PinAt;
    readonly ids: readonly number[];
  },
): TextPin | undefined {
  if (named !== undefined) {
    const candidates = [from.given.shown?.comments ?? from.ids, from.ids].map(from.pinAt);
    return candidates.find((pin) => namesPin(named, pin));
  }
  // Without a name it means what stood there then, which is what stands there now only if nothing was edited since.
  const strangers = from.given.edits?.filter((edit) => edit.at >= at && !isByWriter(edit));
  if (strangers === undefined || strangers.length > 0 || from.given.issue.createdAt >= at) return undefined;
  const before = from.theirs.filter(({ comment }) => comment.createdAt < at);
  return from.pinAt(before.map(({ comment }) => comment.id));
}

/** A comment that needs no approval: its author may write, or is a program that the configuration lists. */
function speaks({ comment, role }: CommentBy, intake: IntakeSettings): boolean {
  return trustOf(comment.author, { role, intake }) !== undefined;
}

function mayOptIn({ by, role }: LabelledBy, intake: IntakeSettings): boolean {
  return by.isBot ? intake.bots.includes(by.id) : mayWrite(role);
}

function isApproval({ by, role }: Approval): boolean {
  return mayWrite(role) && !by.isBot;
}

function isByWriter({ by, role }: TextEdit): boolean {
  return mayWrite(role) && !by.isBot;
}
