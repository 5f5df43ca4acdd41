/** The driver `replay` under the conformance suite: what a model would have it do, it plays from a recording. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describeAgentConformance, tempFolder } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";
import { recordingOf, showsTurn } from "./recorded-scenario.ts";

const NO_MODEL = "a recording asks no model";
const RULES = "a recording plays what was done: the sandbox holds it, not rules";

describeAgentConformance({
  name: "replay",
  open: async () => {
    const recording = join(await tempFolder("orch-recording"), "recording.json");
    return {
      ...(await openAgentBench("replay")),
      showsTurn,
      settings({ scenario }) {
        writeFileSync(recording, JSON.stringify(recordingOf(scenario)));
        return { driver: "replay", command: [], args: [], env: {}, options: { recording } };
      },
    };
  },
  limits: [
    {
      case: "edits, runs a command, commits and reports",
      reason: `${NO_MODEL}, and has no conversation to name`,
      facts: { keys: "", told: "turn, text, command 0, change of src/sum.js, usage", windows: "untold" },
    },
    { case: "carries unicode both ways", reason: NO_MODEL, facts: { asked: false } },
    { case: "takes a prompt of 3 MB", reason: NO_MODEL, facts: { whole: false } },
    { case: "takes a message in the middle of a turn, once", reason: NO_MODEL, facts: { reached: -1 } },
    { case: "is interrupted while the model thinks", reason: NO_MODEL, facts: { model: "not asked" } },
    {
      case: "goes on with its conversation after a kill",
      reason: "a recording plays its next attempt, and remembers nothing",
      facts: { remembers: false, hears: false },
    },
    { case: "does not run a command that is denied, and goes on", reason: RULES, facts: { made: true } },
    { case: "does not write a file when that is denied, and goes on", reason: RULES, facts: { made: true } },
    {
      case: "asks before a command: what is allowed runs, and what nobody answers in time does not",
      reason: RULES,
      facts: { asked: "", answers: "", made: "allowed, unanswered" },
    },
    {
      case: "tells a failure of class rate_limit, and when the service wants to be asked again",
      reason: "a recorded failure has a time only where it was recorded with one",
      facts: { pause: false },
    },
    { case: "gets over a rate limit, and tells so", reason: NO_MODEL, facts: { retry: "untold" } },
  ],
});
