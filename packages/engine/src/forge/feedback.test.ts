import { parseCommitSha, unwrap, type Heard, type PullReview } from "@orch/core";
import { expect, test } from "vitest";

import { weighReviews } from "./feedback.ts";

const [old, head] = ["a", "b"].map((digit) => unwrap(parseCommitSha(digit.repeat(40)))) as [
  PullReview["commit"],
  PullReview["commit"],
];
const nothing: Heard = { review: 0, comment: 0 };
const people = { rita: 1, bob: 2, orch: 3 } as const;

interface Made extends Partial<Omit<PullReview, "comments">> {
  /** When it is submitted; absent: its number. */
  readonly at?: number;
  readonly remarks?: readonly string[];
  readonly replies?: readonly string[];
}

function review(
  [id, as]: readonly [number, keyof typeof people],
  state: PullReview["state"],
  over: Made = {},
): PullReview {
  const { at = id, remarks = [], replies = [], ...rest } = over;
  const place = { path: "a.ts", line: 1, hunk: "", url: "" };
  const comments = [
    ...remarks.map((body, index) => ({ ...place, id: id * 100 + index, body })),
    ...replies.map((body, index) => ({ ...place, id: id * 100 + 50 + index, body, inReplyTo: 1 })),
  ];
  const author = { login: as, id: people[as], isBot: false };
  return { id, author, state, commit: head, body: "", comments, submittedAt: at, ...rest };
}

function weigh(reviews: readonly PullReview[], { heard = nothing, own = [] as readonly number[] } = {}) {
  return weighReviews(reviews, { head, heard, own: new Set(own), mayDecide: (login) => login in people });
}

const askedBy = (weighed: ReturnType<typeof weigh>): readonly number[] => weighed.asking.map(({ id }) => id);

test("a review that was begun earlier and submitted later is heard, and each is heard once", () => {
  const bob = review([20, "bob"], "changes_requested", { body: "rename it", at: 1000 });
  const first = weigh([bob]);
  expect(askedBy(first)).toEqual([20]);
  const heard = { ...nothing, ...first.heard };
  const rita = review([10, "rita"], "changes_requested", { body: "handle errors", at: 2000 });
  const second = weigh([rita, bob], { heard });
  expect(askedBy(second)).toEqual([10]);
  expect(askedBy(weigh([rita, bob], { heard: { ...nothing, ...second.heard } }))).toEqual([]);
  // Submitted in the same moment as what was heard.
  const tie = review([5, "rita"], "changes_requested", { body: "and this", at: 2000 });
  expect(askedBy(weigh([tie, rita, bob], { heard: { ...nothing, ...second.heard } }))).toEqual([]);
  const twin = review([6, "bob"], "changes_requested", { body: "and that", at: 2000 });
  expect(askedBy(weigh([twin, rita, bob], { heard: { ...nothing, ...second.heard } }))).toEqual([6]);
  expect(weigh([], { heard }).heard, "a list that came short forgets nothing").toEqual(first.heard);
});

test("what an older record has heard is told by ids", () => {
  const reviews = [
    review([3, "rita"], "changes_requested", { body: "x" }),
    review([4, "bob"], "changes_requested", { body: "y" }),
  ];
  expect(askedBy(weigh(reviews, { heard: { review: 3, comment: 0 } }))).toEqual([4]);
});

test("comments at lines and texts ask for something, of whomever orch speaks as, too; replies and orch's own do not", () => {
  expect(askedBy(weigh([review([1, "orch"], "commented", { body: "Two things.", remarks: ["rename"] })]))).toEqual([1]);
  expect(askedBy(weigh([review([1, "orch"], "commented", { remarks: ["rename"] })], { own: [1] }))).toEqual([]);
  expect(askedBy(weigh([review([1, "rita"], "commented", { body: "Why not a map?" })]))).toEqual([1]);
  expect(askedBy(weigh([review([1, "rita"], "commented", { body: "Hm." })], { own: [1] }))).toEqual([]);
  expect(askedBy(weigh([review([1, "rita"], "commented", { body: "Hm." }), review([2, "rita"], "approved")]))).toEqual(
    [],
  );
  expect(askedBy(weigh([review([1, "rita"], "commented", { replies: ["I see."] })]))).toEqual([]);
  const along = [
    review([1, "bob"], "approved", { body: "By the way." }),
    review([2, "rita"], "commented", { remarks: ["x"] }),
  ];
  expect(askedBy(weigh(along)), "what was said before goes along").toEqual([1, 2]);
});

test("whoever approves after their comments asks for nothing; whoever comments after they approved does", () => {
  const remark = review([1, "rita"], "commented", { remarks: ["rename"] });
  expect(weigh([remark, review([2, "rita"], "approved")])).toMatchObject({ decision: "approved", asking: [] });
  expect(askedBy(weigh([remark, review([2, "bob"], "approved")]))).toEqual([1]);
  expect(
    askedBy(weigh([review([1, "rita"], "approved"), review([2, "rita"], "commented", { remarks: ["rename"] })])),
  ).toEqual([2]);
  expect(weigh([review([1, "rita"], "approved", { commit: old })]).decision).toBe("none");
  const doubted = [review([1, "rita"], "approved"), review([2, "rita"], "commented", { body: "Wait, I am not sure." })];
  expect(weigh(doubted)).toMatchObject({ decision: "none", approvals: 0, asking: [{ id: 2 }] });
  expect(weigh([...doubted, review([3, "rita"], "approved")])).toMatchObject({ decision: "approved", asking: [] });
  expect(weigh([...doubted, review([3, "bob"], "approved")])).toMatchObject({ approvals: 1, asking: [{ id: 2 }] });
});
