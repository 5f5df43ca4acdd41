import { parseCommitSha, parseProjectId, parseTaskId, unwrap } from "@orch/core";
import { neutraliseOutput, signMarker, verifyMarker } from "@orch/security";
import { expect, test } from "vitest";

import {
  followUpMark,
  isOwnText,
  markPlace,
  messageMark,
  partMark,
  pullMark,
  replyMark,
  responseMark,
  reviewMark,
  statusMark,
  type Mark,
} from "../index.ts";

const key = Buffer.alloc(32, 5);
const ref = { project: unwrap(parseProjectId("acme/shop")), id: unwrap(parseTaskId("12")) };
const other = { ...ref, id: unwrap(parseTaskId("13")) };
const commit = unwrap(parseCommitSha("a".repeat(40)));
const marks: readonly Mark[] = [
  statusMark(ref),
  statusMark(other),
  responseMark(ref, 1),
  responseMark(ref, 2),
  replyMark(900),
  messageMark(ref, { attempt: 1, sequence: 2 }),
  followUpMark(7, 2),
  partMark(ref, "tests"),
  reviewMark(7, { commit, round: 4 }),
  pullMark(ref),
];

test("every mark says what it is about, and no two say the same", () => {
  const place = markPlace("Acme/Shop", 12);
  const signed = marks.map((mark) => signMarker(mark, { key, place }));
  expect(new Set(signed).size).toBe(marks.length);
  expect(signed.map((text) => verifyMarker(`said\n${text}`, { key, place }))).toEqual(marks.map((mark) => [mark]));
  expect(signed.every((text) => text.startsWith("<!-- orch:"))).toBe(true);
});

test("a mark that is copied elsewhere is none", () => {
  const signed = signMarker(statusMark(ref), { key, place: markPlace("acme/shop", 12) });
  const elsewhere = [
    markPlace("acme/shop", 13),
    markPlace("acme/shop"),
    markPlace("acme/shops", 12),
    markPlace("acme/shop#1", 2),
  ];
  for (const place of elsewhere) expect(verifyMarker(signed, { key, place })).toEqual([]);
  expect(verifyMarker(neutraliseOutput(signed), { key, place: markPlace("acme/shop", 12) })).toEqual([]);
});

test("orch knows its own words by a mark, and as a program by its number", () => {
  const program = { login: "orch[bot]", id: 5, isBot: true };
  const person = { login: "ann", id: 6, isBot: false };
  expect(isOwnText({ author: program, marked: false }, program)).toBe(true);
  expect(isOwnText({ author: { ...program, id: 9 }, marked: false }, program)).toBe(false);
  // With a person's token orch speaks as that person, who still gives commands.
  expect(isOwnText({ author: person, marked: false }, person)).toBe(false);
  expect(isOwnText({ author: person, marked: true }, person)).toBe(true);
});
