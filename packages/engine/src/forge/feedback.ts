import type { Forge, ForgeChecks, Heard, PullFacts, PullReview } from "@orch/core";

const MOST_TEXT = 32_000;
const LOG_BYTES = 6_000;
const MOST_LOGS = 5;

/** What reviews come to, and which of them ask for something that was not acted on yet. */
export interface WeighedReviews {
  readonly decision: PullFacts["decision"];
  /** How many approve of the head. */
  readonly approvals: number;
  /** Oldest first; empty unless one of them asks for something. */
  readonly asking: readonly PullReview[];
  readonly heard: Pick<Heard, "review" | "reviews">;
}

/** What reviews are weighed by. */
export interface Weights {
  readonly head: string;
  readonly heard: Heard;
  /** The ids of the reviews that orch gave itself. */
  readonly own: ReadonlySet<number>;
  readonly mayDecide: (login: string) => boolean;
}

/**
 * The last word of everybody who may write, orch itself left out. An approval counts for the commit that was looked at
 * alone, and until its author doubts it; a request for changes until its author says otherwise (law 6). A review that
 * only comments, at lines or in a text, asks for something as well, unless its author approved afterwards: nobody can ask
 * for changes of their own pull request. What the same people said otherwise that nobody has acted on goes along, joined
 * by the review that it belongs to: nothing is dropped.
 */
export function weighReviews(reviews: readonly PullReview[], weights: Weights): WeighedReviews {
  const { head, heard, own, mayDecide } = weights;
  // A review has its number when somebody begins to write it, and counts from when they submit it.
  const counted = reviews
    .filter(({ id, author }) => !own.has(id) && mayDecide(author.login))
    .toSorted((one, other) => one.submittedAt - other.submittedAt || one.id - other.id);
  const last = new Map<number, PullReview>();
  for (const review of counted) {
    if (review.state !== "commented") last.set(review.author.id, review);
  }
  const words = [...last.values()];
  const objects = words.some(({ state }) => state === "changes_requested");
  const approvals = words.filter((word) => {
    const isDoubted = counted.slice(counted.indexOf(word)).some((later) => isBy(later, word) && isRemark(later));
    return word.state === "approved" && word.commit === head && !isDoubted;
  }).length;
  const fresh = counted.filter((review) => review.state !== "dismissed" && !isHeard(review, heard));
  const asks = fresh.some((review) => {
    const word = last.get(review.author.id);
    if (review.state === "changes_requested") return word?.id === review.id;
    const approvedLater = word?.state === "approved" && counted.indexOf(word) > counted.indexOf(review);
    return isRemark(review) && !approvedLater;
  });
  return {
    decision: objects ? "changes_requested" : undisputed(approvals > 0),
    approvals,
    asking: asks ? fresh.filter(({ body, comments }) => body.trim() !== "" || comments.length > 0) : [],
    heard: heardWith(counted, heard),
  };
}

function isBy({ author }: PullReview, other: PullReview): boolean {
  return author.id === other.author.id;
}

/** Says something without a decision; a reply to another comment is talk between people. */
function isRemark({ state, body, comments }: PullReview): boolean {
  const isOpen = comments.some((comment) => comment.inReplyTo === undefined && comment.body.trim() !== "");
  return state === "commented" && (body.trim() !== "" || isOpen);
}

function isHeard({ id, submittedAt }: PullReview, { review, reviews }: Heard): boolean {
  if (reviews === undefined) return id <= review;
  return submittedAt < reviews.until || (submittedAt === reviews.until && reviews.ids.includes(id));
}

function heardWith(counted: readonly PullReview[], { review, reviews }: Heard): WeighedReviews["heard"] {
  const until = counted.at(-1)?.submittedAt;
  const ids = counted.filter(({ submittedAt }) => submittedAt === until).map(({ id }) => id);
  const most = Math.max(review, ...counted.map(({ id }) => id));
  if (until === undefined || until < (reviews?.until ?? 0))
    return { review: most, ...(reviews === undefined ? {} : { reviews }) };
  return { review: most, reviews: { until, ids } };
}

function undisputed(isAgreed: boolean): "approved" | "none" {
  return isAgreed ? "approved" : "none";
}

/** What reviews ask for, for the agent. */
export function reviewWords(reviews: readonly PullReview[]): string {
  const parts = reviews.flatMap(({ author, body, comments }) => [
    ...(body.trim() === "" ? [] : [`${author.login}: ${body.trim()}`]),
    ...comments.map((comment) => {
      const place = comment.line === undefined ? comment.path : `${comment.path}:${comment.line}`;
      const hunk = comment.hunk === "" ? "" : `\n${indented(lastLines(comment.hunk, 8))}`;
      return `${author.login}, at ${place}: ${comment.body.trim()}${hunk}`;
    }),
  ]);
  return cut(parts.join("\n\n"));
}

/** What failed on a forge, with the ends of the logs. */
export async function failedChecks(
  forge: Forge,
  { checks, head }: { readonly checks: ForgeChecks; readonly head: string },
): Promise<string> {
  const failed = checks.checks.filter(({ state }) => state === "failing");
  const told = await Promise.all(
    failed.map(async ({ name, job }, index) => {
      if (job === undefined || index >= MOST_LOGS) return name;
      const log = await forge.jobLog({ job, maxBytes: LOG_BYTES });
      return log === "" ? name : `${name}; the end of its log:\n${indented(log)}`;
    }),
  );
  return cut(`These checks fail on ${head.slice(0, 12)}:\n\n${told.join("\n\n")}`);
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

function lastLines(text: string, count: number): string {
  return text.split("\n").slice(-count).join("\n");
}

function cut(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}\n… (cut)`;
}
