import { defaultLabelNames, parseTaskId, unwrap } from "@orch/core";
import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";

import { blockersIn, charterText, readCharter } from "../index.ts";

const settings = { profile: "orch", names: defaultLabelNames } as const;

test("sections are found by any level of heading and by their other names", () => {
  const body = `Some words before.

# Goal
Mend the door
of the shop.

#### Acceptance Criteria:
- [ ] it opens
* [x] it closes
1. it stays

## Scope & limits
- the door only

###### Test plan ##
- npm test
`;
  expect(readCharter(body)).toEqual({
    goal: "Mend the door of the shop.",
    acceptance: ["it opens", "it closes", "it stays"],
    scope: ["the door only"],
    validation: ["npm test"],
  });
});

test("a form of GitHub's is understood", () => {
  const body =
    "### Goal\n\nMend the door\n\n### Acceptance checklist\n\n- [ ] it opens\n- [X] it closes\n\n### Scope notes\n\n_No response_\n\n### Validation\n\n```sh\nnpm test\n```\n";
  expect(readCharter(body.replaceAll("\n", "\r\n"))).toEqual({
    goal: "Mend the door",
    acceptance: ["it opens", "it closes"],
    scope: [],
    validation: ["npm test"],
  });
});

test("an exact name comes before one that begins so; the seed's order of names decides", () => {
  expect(readCharter("## Goals of the year\nlater\n## Goal\nnow").goal).toBe("now");
  expect(readCharter("## Goals of the year\nlater").goal).toBe("later");
  expect(readCharter("## Acceptance\na\n## Acceptance checklist\nb").acceptance).toEqual(["b"]);
});

test("headings in code and in what is hidden are none", () => {
  expect(readCharter("```\n## Goal\nin code\n```\n<!--\n## Goal\nhidden\n-->\n> ## Goal\n> quoted").goal).toBe("");
});

test("blockers are named by labels and by lines", () => {
  const body = "Blocked by: #12, #3\n- blocked-by #40 and #3\nsee #99\n**Blocked by:** #5\n```\nBlocked by: #77\n```";
  expect(blockersIn({ labels: ["blocked-by:#8,#12"], body }, settings)).toEqual(["3", "5", "8", "12", "40"]);
  expect(blockersIn({ labels: [], body: "Blocked by: #0, nothing, #12abc" }, settings)).toEqual([]);
});

test("a charter is told in short", () => {
  const issue = { id: unwrap(parseTaskId("7")), title: "Door", labels: ["ui", "bug"] };
  const charter = { goal: "Mend it", acceptance: ["opens", "closes"], scope: ["a", "b"], validation: [] };
  expect(charterText(charter, issue)).toBe(
    "Work on issue #7: Door\nGoal: Mend it\nAcceptance:\n1. opens\n2. closes\nScope: a; b\nLabels: bug, ui",
  );
  expect(charterText(readCharter(""), { ...issue, labels: [] })).toBe("Work on issue #7: Door");
});

test("any text has a charter", () => {
  assert(
    property(string({ unit: "binary", maxLength: 400 }), (body) => {
      const { acceptance, scope, validation } = readCharter(body);
      expect([...acceptance, ...scope, ...validation].filter((line) => line.trim() !== line)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
