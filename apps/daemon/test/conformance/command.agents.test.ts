/** The driver `command` under the conformance suite, with a program of one's own that asks a model. */
import { join } from "node:path";

import { describeAgentConformance } from "@orch/testing";

import { openAgentBench } from "../agent-bench.ts";

const LINES = "a program's lines tell of no commands, files and tokens";
const RULES = "a program of one's own does what it does: the sandbox holds it, not rules";
const PROGRAM = join(import.meta.dirname, "../fixtures/asking-agent.mjs");

describeAgentConformance({
  name: "command",
  open: async () => ({
    ...(await openAgentBench("command")),
    settings: ({ url, key }) => ({
      driver: "command",
      command: [process.execPath, PROGRAM],
      args: [],
      env: { MODEL_URL: url, MODEL_KEY: key },
      options: {},
    }),
  }),
  general: {
    reason: "a program's lines tell of no turns",
    facts: { turn: "none" },
  },
  limits: [
    {
      case: "edits, runs a command, commits and reports",
      reason: LINES,
      facts: { told: "text", usage: "0 in, 0 out", windows: "untold" },
    },
    {
      case: "tells a command that failed, with its exit code and output",
      reason: LINES,
      facts: { exitCode: "unknown", output: false, duration: false },
    },
    { case: "carries unicode both ways", reason: LINES, facts: { output: false } },
    { case: "survives a command that prints 3 MB", reason: LINES, facts: { told: false } },
    {
      case: "takes a message in the middle of a turn, once",
      reason: "a program of one's own takes no messages, and who sends one is told so",
      facts: { first: "refused", again: "refused", reached: 0, shown: 0, turns: 0 },
    },
    {
      case: "takes up no message that waits when orch ends the run",
      reason: "a program of one's own can't be asked to end its turn",
      facts: { signal: "SIGTERM", turns: 0 },
    },
    {
      case: "goes on with its conversation after a kill",
      reason: "a program of one's own keeps no conversation: it begins anew with what it is told",
      facts: { remembers: false, usage: "0 in, 0 out" },
    },
    { case: "does not run a command that is denied, and goes on", reason: RULES, facts: { made: true } },
    { case: "does not write a file when that is denied, and goes on", reason: RULES, facts: { made: true } },
    {
      case: "asks before a command: what is allowed runs, and what nobody answers in time does not",
      reason: RULES,
      facts: { asked: "", answers: "", made: "allowed, unanswered" },
    },
    {
      case: "tells when a usage limit ends",
      reason: "the words of the service don't say it, and a program passes on words alone",
      facts: { knows: "nothing" },
    },
    {
      case: "gets over a rate limit, and tells so",
      reason: "what a program gets over by itself it tells nobody",
      facts: { retry: "untold" },
    },
  ],
});
