import { issueCommands, mayUse, tierOfRole, type IssueCommandName } from "@orch/commands";
import {
  defaultLabelNames,
  parseTaskId,
  unwrap,
  type ForgeIssue,
  type ForgeRole,
  type ForgeUser,
  type IntakeSettings,
} from "@orch/core";
import { expect, test } from "vitest";

import { decideIntake, parseCommand, pinName, type IntakeCase, type TextPin } from "../index.ts";

const key = Buffer.alloc(32, 3);
const roles: readonly ForgeRole[] = ["admin", "maintain", "write", "triage", "read", "none"];
const writers: readonly ForgeRole[] = ["admin", "maintain", "write"];
const actor: ForgeUser = { login: "actor", id: 1, isBot: false };
const stranger: ForgeUser = { login: "stranger", id: 2, isBot: false };
const words = {
  id: unwrap(parseTaskId("12")),
  title: "Mend the door",
  body: "It creaks.",
  labels: [],
  author: stranger,
  assignees: [],
  state: "open",
  url: "",
  createdAt: 1000,
  updatedAt: 1000,
} as const satisfies ForgeIssue;
const said = { id: 1, thread: 12, author: stranger, body: "and squeaks", url: "", createdAt: 1500, updatedAt: 1500 };

/** What somebody of a role made happen, and whether the work may go on because of it. */
interface Happening {
  readonly name: string;
  /** The issue afterwards. */
  readonly given: (role: ForgeRole, shown: TextPin) => Partial<IntakeCase>;
  /** True for events that leave an approval of before in force, whoever caused them. */
  readonly harmless?: true;
  /** True for events after which nothing may go on, whoever caused them. */
  readonly stops?: true;
  /** What becomes a task; absent: every issue. */
  readonly mode?: IntakeSettings["mode"];
}

const writer: ForgeUser = { login: "writer", id: 3, isBot: false };
/** An issue of somebody who may write, opted in by the label that the actor put. */
const opted = (role: ForgeRole): Partial<IntakeCase> => ({
  issue: { ...words, author: writer, labels: ["orchestrate"] },
  role: "write",
  labelled: [{ label: "orchestrate", by: actor, role }],
});
const mine = { ...words, author: actor };
const kept = (pin: TextPin): Partial<IntakeCase> => ({ approved: { pin, at: 2000 } });
const comments = [{ comment: said, role: "none" }] as const;
const approval = (role: ForgeRole) => ({ by: actor, role, at: 3000 });

const happenings: readonly Happening[] = [
  { name: "opened an issue", given: (role) => ({ issue: mine, role }) },
  { name: "edited their own issue", given: (role) => ({ issue: { ...mine, body: "other words" }, role }) },
  {
    name: "closed an approved issue",
    given: (_, pin) => ({ issue: { ...words, state: "closed" }, ...kept(pin) }),
    stops: true,
  },
  {
    name: "put a stop label on it",
    given: (_, pin) => ({ issue: { ...words, labels: ["no-agent"] }, ...kept(pin) }),
    stops: true,
  },
  {
    name: "edited an approved issue of a stranger's",
    given: (role, pin) => ({
      issue: { ...words, body: "worse" },
      ...kept(pin),
      edits: [{ by: actor, role, at: 2500 }],
    }),
  },
  {
    name: "edited a comment that was approved",
    given: (role, pin) => ({
      ...kept(pin),
      comments: [{ comment: { ...said, body: "worse" }, role: "none" }],
      edits: [{ by: actor, role, at: 2500 }],
    }),
  },
  {
    name: "commented on an approved issue",
    given: (role, pin) => ({
      ...kept(pin),
      comments: [...comments, { comment: { ...said, id: 2, author: actor }, role }],
    }),
    harmless: true,
  },
  { name: "labelled it as approved", given: (role) => ({ approvals: [approval(role)], edits: [] }) },
  { name: "labelled it as approved, edits unknown", given: (role) => ({ approvals: [approval(role)] }), stops: true },
  {
    name: "approved its text",
    given: (role, pin) => ({ approvals: [{ ...approval(role), named: pinName(pin) }], shown: pin }),
  },
  {
    name: "approved another text",
    given: (role, pin) => ({
      issue: { ...words, body: "worse" },
      approvals: [{ ...approval(role), named: pinName(pin) }],
      shown: pin,
    }),
    stops: true,
  },
  { name: "put the label that opts in a writer's issue", mode: "label", given: opted },
  {
    name: "put the label that opts in a writer's issue, which a writer approves",
    mode: "label",
    given: (role) => ({ ...opted(role), approvals: [{ by: writer, role: "write", at: 3000 }] }),
    harmless: true,
  },
  {
    name: "put the label that opts in their own issue, as templates do",
    mode: "label",
    given: (role) => ({ ...opted(role), issue: { ...mine, labels: ["orchestrate"] }, role }),
  },
  {
    name: "put the label that opts in a stranger's issue, which nobody approves",
    mode: "label",
    given: (role) => ({ ...opted(role), issue: { ...words, labels: ["orchestrate"] }, role: "none" }),
    stops: true,
  },
];

const cases = roles.flatMap((role) =>
  happenings.flatMap((happening) => (["wait", "look"] as const).map((strangers) => ({ role, happening, strangers }))),
);

// Who opens an issue again is told by its past alone: the engine's `reopened-by.test.ts` has the other 12.
test("there are 180 cases", () => {
  expect(cases).toHaveLength(180);
});

test.each(cases)("somebody with the role $role $happening.name ($strangers)", ({ role, happening, strangers }) => {
  const intake: IntakeSettings = { mode: happening.mode ?? "all", bots: [], strangers };
  const settings = { intake, labels: { profile: "orch", names: defaultLabelNames } } as const;
  const base: IntakeCase = { issue: words, role: "none", comments, approvals: [] };
  const first = decideIntake(base, { settings: { ...settings, intake: { ...intake, mode: "all" } }, key });
  const shown = first.kind === "skip" ? undefined : first.shown;
  if (shown === undefined) throw new TypeError("a stranger's issue has a text to approve");
  const decision = decideIntake({ ...base, ...happening.given(role, shown) }, { settings, key });

  const authorised = happening.stops !== true && (happening.harmless === true || writers.includes(role));
  expect(decision.kind === "take" && decision.trust !== "untrusted").toBe(authorised);
  // Whatever the gate is: nobody's words get further than a look.
  const isLook = strangers === "look" && (happening.mode === undefined || writers.includes(role));
  if (!authorised && !isLook) expect(decision.kind).not.toBe("take");
  // A stranger's comment reaches an agent under an approval alone, and never one that was written later.
  const shownTo = decision.kind === "take" ? decision.comments.map(({ id }) => id) : [];
  if (!writers.includes(role)) expect(shownTo).not.toContain(2);
  if (!authorised) expect(shownTo).toEqual([]);
});

const changing: readonly IssueCommandName[] = issueCommands
  .filter(({ tier }) => tier !== "read")
  .map(({ name }) => name);

test.each(roles)("somebody with the role %s gives commands as far as the role goes", (role) => {
  const tier = tierOfRole(role);
  for (const name of changing) {
    const read = parseCommand(`/${name} high`, { commands: issueCommands });
    expect(read).toMatchObject({ name });
    const asked = issueCommands.find((command) => command.name === name)?.tier ?? "admin";
    expect(mayUse(tier, asked)).toBe(writers.includes(role));
  }
});
