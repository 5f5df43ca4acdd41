import type { Forge, ForgeChecks, ForgeUser, Heard, PullFacts, PullReview } from "@orch/core";

const MOST_TEXT = 32_000;
const LOG_BYTES = 6_000;
const MOST_LOGS = 5;

/** What reviews come to, and which of them ask for something that was not acted on yet. */
export interface WeighedReviews {
  readonly decision: PullFacts["decision"];
  /** How many approve of the head. */
  readonly approvals: number;
  /** Oldest first; empty unless one of them asks for changes. */
  readonly asking: readonly PullReview[];
  readonly heard: Pick<Heard, "review">;
}

/** What reviews are weighed by. */
export interface Weights {
  readonly head: string;
  readonly heard: Heard;
  readonly self: ForgeUser;
  readonly mayDecide: (login: string) => boolean;
}

/**
 * The last word of everybody who may write, orch itself left out. An approval counts for the commit that was looked at
 * alone; a request for changes until its author says otherwise (law 6). Comments of the same people that nobody has
 * acted on go along with a request, joined by the review that they belong to: nothing is dropped.
 */
export function weighReviews(reviews: readonly PullReview[], weights: Weights): WeighedReviews {
  const { head, heard, self, mayDecide } = weights;
  const counted = reviews.filter(({ author }) => author.id !== self.id && mayDecide(author.login));
  const last = new Map<number, PullReview>();
  for (const review of counted) {
    if (review.state !== "commented") last.set(review.author.id, review);
  }
  const words = [...last.values()];
  const objects = words.some(({ state }) => state === "changes_requested");
  const approvals = words.filter(({ state, commit }) => state === "approved" && commit === head).length;
  const fresh = counted.filter(({ id, state }) => id > heard.review && state !== "dismissed");
  const asks = fresh.some(({ id, state, author }) => state === "changes_requested" && last.get(author.id)?.id === id);
  return {
    decision: objects ? "changes_requested" : undisputed(approvals > 0),
    approvals,
    asking: asks ? fresh.filter(({ body, comments }) => body.trim() !== "" || comments.length > 0) : [],
    heard: { review: Math.max(heard.review, ...counted.map(({ id }) => id)) },
  };
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
