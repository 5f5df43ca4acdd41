import {
  defaultLabelNames,
  parseTaskId,
  unwrap,
  type ForgeComment,
  type ForgeIssue,
  type ForgeRole,
  type ForgeUser,
  type IntakeSettings,
} from "@orch/core";
import { describe, expect, it, test } from "vitest";

import { decideIntake, pinName, type IntakeCase, type IntakeDecision } from "../index.ts";

const key = Buffer.alloc(32, 3);
const all: IntakeSettings = { mode: "all", bots: [77], strangers: "wait" };
const eve: ForgeUser = { login: "eve", id: 1, isBot: false };
const ann: ForgeUser = { login: "Ann", id: 2, isBot: false };

const issue: ForgeIssue = {
  id: unwrap(parseTaskId("12")),
  title: "Mend the door",
  body: "It creaks.",
  labels: [],
  author: eve,
  assignees: [],
  state: "open",
  url: "https://github.com/acme/shop/issues/12",
  createdAt: 1000,
  updatedAt: 1000,
};

function comment(id: number, over: Partial<ForgeComment> = {}): ForgeComment {
  return {
    id,
    thread: 12,
    author: eve,
    body: `words ${id}`,
    url: "",
    createdAt: 1000 + id,
    updatedAt: 1000 + id,
    ...over,
  };
}

function decide(
  given: Partial<IntakeCase>,
  { intake = all, profile = "orch" }: { readonly intake?: IntakeSettings; readonly profile?: "orch" | "hub" } = {},
): IntakeDecision {
  const settings = { intake, labels: { profile, names: defaultLabelNames } };
  return decideIntake({ issue, role: "none", comments: [], approvals: [], ...given }, { settings, key });
}

const labelled = (...labels: readonly string[]): ForgeIssue => ({ ...issue, labels });

describe("which issues are looked at", () => {
  const role = "write";
  const label = { ...all, mode: "label" } as const;

  it.each([
    ["closed", { issue: { ...issue, state: "closed" } as const }],
    ["no_agent", { issue: labelled("no-agent", "orchestrate") }],
    ["no_gh", { issue: labelled("no_gh") }],
    ["local_only", { issue: labelled("Local-Only") }],
    ["status_done", { issue: labelled("status:done") }],
  ] as const)("not those that are %s, in any mode and whoever asks", (why, given) => {
    const approvals = [{ by: ann, role, at: 5000 }] as const;
    for (const mode of ["all", "label", "manual"] as const)
      expect(decide({ ...given, role, approvals }, { intake: { ...all, mode } })).toEqual({ kind: "skip", why });
  });

  it("takes those with the label in the mode of labels", () => {
    expect(decide({ role }, { intake: label })).toEqual({ kind: "skip", why: "not_opted_in" });
    expect(decide({ role, issue: labelled("Orchestrate") }, { intake: label })).toMatchObject({ kind: "take" });
  });

  it("takes the second seed's issues when they are queued, and those that ran", () => {
    const from = (...labels: readonly string[]) =>
      decide({ role, issue: labelled(...labels) }, { intake: label, profile: "hub" });
    expect(from("orchestrate")).toEqual({ kind: "skip", why: "not_opted_in" });
    expect(from("agent:queued")).toEqual({ kind: "skip", why: "not_opted_in" });
    expect(from("orchestrate", "agent:queued")).toMatchObject({ kind: "take", trust: "trusted" });
    expect(from("orchestrate", "agent:running")).toMatchObject({ kind: "take", trust: "trusted" });
    expect(from("orchestrate", "agent:review")).toMatchObject({ kind: "take" });
    expect(from("orchestrate", "agent:stalled")).toMatchObject({ kind: "take" });
    expect(from("orchestrate", "agent:done")).toEqual({ kind: "skip", why: "status_done" });
  });

  it("asks for gh.sync_label besides", () => {
    for (const mode of ["all", "label"] as const) {
      const intake = { ...all, mode, onlyLabel: "sync" };
      expect(decide({ role, issue: labelled("orchestrate") }, { intake })).toEqual({ kind: "skip", why: "not_synced" });
      expect(decide({ role, issue: labelled("Sync") }, { intake })).toMatchObject({ kind: "take" });
    }
  });

  it("takes what a person approves in the manual mode", () => {
    const manual = { ...all, mode: "manual" } as const;
    expect(decide({ role }, { intake: manual })).toEqual({ kind: "skip", why: "not_asked" });
    const approvals = [{ by: ann, role, at: 5000 }] as const;
    expect(decide({ role, approvals }, { intake: manual })).toMatchObject({ kind: "take", trust: "trusted" });
    expect(decide({ role, approvals: [{ ...approvals[0], role: "triage" }] }, { intake: manual })).toMatchObject({
      kind: "skip",
    });
  });

  it("does not take its own labels for a person's word", () => {
    expect(decide({ role, issue: labelled("status:in_review"), ours: ["status:in_review"] })).toMatchObject({
      kind: "take",
    });
  });
});

describe("whose words", () => {
  it("those of writers who are allowed authors, and of who administers", () => {
    const intake = { ...all, allowedAuthors: ["ann"] };
    const by = (author: ForgeUser, role: ForgeRole) => decide({ issue: { ...issue, author }, role }, { intake }).kind;
    expect([by(ann, "write"), by(eve, "write"), by(eve, "maintain"), by(ann, "triage")]).toEqual([
      "take",
      "wait",
      "take",
      "wait",
    ]);
  });

  it("programs by number, never by login or role", () => {
    const by = (author: ForgeUser, role: ForgeRole) => decide({ issue: { ...issue, author }, role });
    expect(by({ login: "helper[bot]", id: 77, isBot: true }, "none")).toMatchObject({
      kind: "take",
      trust: "reviewed",
    });
    expect(by({ login: "helper[bot]", id: 78, isBot: true }, "admin")).toMatchObject({ kind: "wait", why: "stranger" });
    expect(by({ login: "helper", id: 77, isBot: false }, "read")).toMatchObject({ kind: "wait", why: "stranger" });
  });

  it("what orch opened itself keeps the trust of its origin", () => {
    expect(decide({ own: "untrusted" })).toMatchObject({ kind: "take", trust: "untrusted" });
    expect(decide({ own: "trusted" }, { intake: { ...all, mode: "manual" } })).toMatchObject({
      kind: "take",
      trust: "trusted",
    });
  });

  it("a writer's task holds writers' comments alone", () => {
    const comments = [
      { comment: comment(1), role: "read" },
      { comment: comment(2, { author: ann }), role: "write" },
    ] as const;
    const decision = decide({ issue: { ...issue, author: ann }, role: "write", comments });
    expect(decision.kind === "take" && decision.comments.map(({ id }) => id)).toEqual([2]);
  });
});

describe("an approval", () => {
  const outsider = { comment: comment(1), role: "read" } as const;

  it("is asked for with the text it would cover", () => {
    const waits = decide({ comments: [outsider] });
    expect(waits).toMatchObject({ kind: "wait", why: "stranger", shown: { comments: [1] } });
    if (waits.kind !== "wait") return;
    expect(waits.command).toBe(`/approve ${pinName(waits.shown)}`);
    const approvals = [{ by: ann, role: "write", at: 5000, named: pinName(waits.shown) }] as const;
    const taken = decide({ comments: [outsider], approvals, shown: waits.shown });
    expect(taken).toMatchObject({ kind: "take", trust: "reviewed", approved: { pin: waits.shown, at: 5000 } });
    expect(taken.kind === "take" && taken.comments.map(({ id }) => id)).toEqual([1]);
  });

  it("covers no later comment, and is void when what it covers is edited", () => {
    const before = decide({ comments: [outsider] });
    if (before.kind !== "wait") throw new TypeError("it should wait");
    const approved = { pin: before.shown, at: 5000 };
    const later = { comment: comment(9, { createdAt: 9000 }), role: "none" } as const;
    const still = decide({ comments: [outsider, later], approved });
    expect(still.kind === "take" && still.comments.map(({ id }) => id)).toEqual([1]);
    const edited = { ...outsider, comment: { ...outsider.comment, body: "other words" } };
    for (const given of [
      { comments: [edited] },
      { comments: [] },
      { comments: [outsider], issue: { ...issue, title: "x" } },
    ])
      expect(decide({ ...given, approved })).toMatchObject({ kind: "wait", why: "edited" });
  });

  it("survives edits by writers, as far as the forge tells who edited", () => {
    const before = decide({});
    if (before.kind !== "wait") throw new TypeError("it should wait");
    const approved = { pin: before.shown, at: 5000 };
    const given = { issue: { ...issue, body: "It creaks a lot." }, approved };
    const edit = { by: ann, role: "write", at: 6000 } as const;
    expect(decide({ ...given, edits: [edit] })).toMatchObject({ kind: "take", trust: "reviewed" });
    expect(decide({ ...given, edits: [edit, { by: eve, role: "read", at: 6500 }] })).toMatchObject({ why: "edited" });
    expect(decide({ ...given, edits: [] })).toMatchObject({ why: "edited" });
    expect(decide(given)).toMatchObject({ why: "edited" });
  });

  it("without a name counts only when nobody can have edited since", () => {
    const approvals = [{ by: ann, role: "write", at: 5000 }] as const;
    expect(decide({ approvals })).toMatchObject({ kind: "wait", why: "unclear" });
    expect(decide({ approvals, edits: [] })).toMatchObject({ kind: "take", trust: "reviewed" });
    expect(decide({ approvals, edits: [{ by: eve, role: "read", at: 4000 }] })).toMatchObject({ kind: "take" });
    expect(decide({ approvals, edits: [{ by: eve, role: "read", at: 5000 }] })).toMatchObject({
      kind: "wait",
      why: "unclear",
    });
  });

  it("is none with a short or another name, by a program, or by who may not write", () => {
    const waits = decide({});
    if (waits.kind !== "wait") throw new TypeError("it should wait");
    const named = pinName(waits.shown);
    const approval = { by: ann, role: "write", at: 5000, named } as const;
    const none = [
      { ...approval, named: named.slice(0, 11) },
      { ...approval, named: "0".repeat(12) },
      { ...approval, by: { ...ann, isBot: true } },
      { ...approval, role: "triage" },
    ] as const;
    for (const each of none) expect(decide({ approvals: [each], shown: waits.shown }).kind).toBe("wait");
    expect(decide({ approvals: [approval], shown: waits.shown }).kind).toBe("take");
  });
});

test("where strangers may be looked at, they are, and nothing more", () => {
  const intake = { ...all, strangers: "look" } as const;
  const looked = decide({ comments: [{ comment: comment(1), role: "read" }] }, { intake });
  expect(looked).toMatchObject({ kind: "take", trust: "untrusted", comments: [], shown: { comments: [1] } });
});
