import { defaultLabelNames, parseTaskId, unwrap, type ForgeIssue, type ForgeUser } from "@orch/core";
import { array, assert, boolean, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";

import { decideIntake, pinName, type Approval, type IntakeDecision, type TextEdit, type TextPin } from "../index.ts";

const key = Buffer.alloc(32, 3);
const eve: ForgeUser = { login: "eve", id: 1, isBot: false };
const ann: ForgeUser = { login: "ann", id: 2, isBot: false };
const settings = {
  intake: { mode: "all", bots: [], strangers: "wait" },
  labels: { profile: "orch", names: defaultLabelNames },
} as const;

const door: ForgeIssue = {
  id: unwrap(parseTaskId("12")),
  title: "Door",
  body: "",
  labels: [],
  author: eve,
  assignees: [],
  state: "open",
  url: "",
  createdAt: 1,
  updatedAt: 1,
};

const moves = [
  "eve edits the text",
  "eve edits it back",
  "eve comments",
  "eve edits a comment",
  "eve removes a comment",
  "ann edits the text",
  "ann labels it",
  "ann names what was shown",
  "orch looks",
  "orch looks, and shows",
] as const;
type Move = (typeof moves)[number];

/** What a person approved: a text, and strangers' comments by id. */
interface Approved {
  readonly body: string;
  readonly comments: ReadonlyMap<number, string>;
}

/** An issue with a stranger, a maintainer and an orch that looks now and then. The clock goes one on with every move. */
function world({ tellsEdits }: { readonly tellsEdits: boolean }) {
  let now = 10;
  let body = "text 0";
  const comments = new Map<number, { readonly body: string; readonly at: number }>();
  const edits: TextEdit[] = [];
  const approvals: Approval[] = [];
  const approved: Approved[] = [];
  let shown: TextPin | undefined;
  let shownText: Approved | undefined;
  let kept: { readonly pin: TextPin; readonly at: number } | undefined;
  const snapshot = (): Approved => ({ body, comments: new Map([...comments].map(([id, each]) => [id, each.body])) });
  const edit = (by: ForgeUser): void => void edits.push({ by, role: by === ann ? "write" : "none", at: now });
  const isApproved = (text: Approved): boolean =>
    approved.some(
      (each) => each.body === text.body && [...text.comments].every(([id, said]) => each.comments.get(id) === said),
    );

  function look(): IntakeDecision {
    const issue = { ...door, body, updatedAt: now };
    const said = [...comments].map(([id, each]) => ({
      comment: { id, thread: 12, author: eve, body: each.body, url: "", createdAt: each.at, updatedAt: now },
      role: "none" as const,
    }));
    const decision = decideIntake(
      {
        issue,
        role: "none",
        comments: said,
        approvals,
        ...(shown === undefined ? {} : { shown }),
        ...(kept === undefined ? {} : { approved: kept }),
        ...(tellsEdits ? { edits } : {}),
      },
      { settings, key },
    );
    if (decision.kind === "take" && decision.approved !== undefined) {
      kept = decision.approved;
      const ran = { body, comments: new Map(decision.comments.map((each) => [each.id, each.body])) };
      expect(isApproved(ran), "it ran on words that nobody approved").toBe(true);
      expect(decision.trust).toBe("reviewed");
    }
    return decision;
  }

  const actions: Readonly<Record<Move, () => void>> = {
    "eve edits the text"() {
      body = `text ${now}`;
      edit(eve);
    },
    "eve edits it back"() {
      body = "text 0";
      edit(eve);
    },
    "eve comments": () => void comments.set(now, { body: `words ${now}`, at: now }),
    "eve edits a comment"() {
      const [id] = comments.keys();
      if (id === undefined) return;
      comments.set(id, { body: `other words ${now % 3}`, at: comments.get(id)?.at ?? now });
      edit(eve);
    },
    "eve removes a comment"() {
      const [id] = comments.keys();
      if (id === undefined) return;
      comments.delete(id);
      edit(eve);
    },
    "ann edits the text"() {
      // Ann's edit keeps an approval: it stands for every text that was approved as the one before hers.
      const before = approved.filter((each) => each.body === body);
      body = `${body}, by ann ${now}`;
      approved.push(...before.map((each) => ({ ...each, body })));
      edit(ann);
    },
    "ann labels it"() {
      approvals.push({ by: ann, role: "write", at: now });
      approved.push(snapshot());
    },
    "ann names what was shown"() {
      if (shown === undefined || shownText === undefined) return;
      approvals.push({ by: ann, role: "write", at: now, named: pinName(shown) });
      approved.push(shownText);
    },
    "orch looks": () => void look(),
    "orch looks, and shows"() {
      const decision = look();
      if (decision.kind !== "wait") return;
      shown = decision.shown;
      shownText = snapshot();
    },
  };
  return {
    act(move: Move) {
      now += 1;
      actions[move]();
    },
    look,
  };
}

test("1,000 interleavings of edits and approvals never run on words that nobody approved", () => {
  let taken = 0;
  assert(
    property(array(constantFrom(...moves), { maxLength: 40 }), boolean(), (made, tellsEdits) => {
      const { act, look } = world({ tellsEdits });
      for (const move of made) act(move);
      if (look().kind === "take") taken += 1;
      // What is shown and named with nothing in between is taken, whatever was before.
      act("orch looks, and shows");
      act("ann names what was shown");
      expect(look().kind).toBe("take");
    }),
    { numRuns: 1000 },
  );
  expect(taken).toBeGreaterThan(50);
});
