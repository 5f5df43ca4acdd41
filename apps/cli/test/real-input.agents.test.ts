/** The main job on real input: this project's own repository and the real agent programs, on a scripted model. */
import { resultSchemas } from "@orch/api/schemas";
import { checkSandboxes } from "@orch/sessions";
import { startModelServer, type ModelServer, type Scenario, type Turn } from "@orch/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openRealBench, TEST_FILE } from "./agent-bench.ts";
import { LOGIN, realAgent, realAgents } from "./real-agents.ts";

const RESULT = "packages/core/src/result.ts";
const INDEX = "packages/core/src/index.ts";
const TESTS = `node --test ${TEST_FILE}`;
const COMMIT = `${TESTS} && git commit --quiet --all --message "fix(core): keep failures"`;
const PLACE = "/** Wraps a reason as failure. */";
const WISH = "Add mapOk to the core: it changes the value of a good result";

const SIGNATURE =
  "export function mapOk<From, To, Failure>(result: Result<From, Failure>, change: (value: From) => To): Result<To, Failure> {";
const WRONG = `/** Changes the value of a good result. */\n${SIGNATURE}\n  return ok(change((result as { value: From }).value));\n}\n\n`;
const EXPORT = {
  do: "edit",
  path: INDEX,
  find: 'type Result } from "./result.ts"',
  replace: 'mapOk, type Result } from "./result.ts"',
} as const;

const LOOK: Turn = [
  { do: "think", text: "I look first." },
  { do: "say", text: "I read both files." },
  { do: "read", path: RESULT },
  { do: "read", path: INDEX },
];
const FIRST_TRY: Turn = [{ do: "edit", path: RESULT, find: PLACE, replace: `${WRONG}${PLACE}` }, EXPORT];
const REPAIR: Turn = [
  {
    do: "edit",
    path: RESULT,
    find: "return ok(change((result as { value: From }).value));",
    replace: "return result.ok ? ok(change(result.value)) : result;",
  },
];

function done(summary: string): Turn {
  return [{ do: "report", json: { status: "done", summary, files: [RESULT, INDEX] } }];
}

const repairs: Scenario = {
  conversations: [
    {
      // The second attempt is the one that is told how the first one failed.
      when: { promptIncludes: "leaves a failure alone" },
      // It may go on with the first one's conversation, whose replies don't count here.
      advance: "requests",
      turns: [
        [
          { do: "say", text: "The failure has to stay." },
          { do: "read", path: RESULT },
        ],
        REPAIR,
        [{ do: "shell", command: COMMIT }],
        done("mapOk leaves failures alone now"),
      ],
    },
  ],
  turns: [LOOK, FIRST_TRY, [{ do: "shell", command: TESTS }], done("Added mapOk")],
};

const listens: Scenario = {
  turns: [
    LOOK,
    [{ do: "gate", name: "steered" }, ...FIRST_TRY],
    [{ do: "say", text: "You said: {{user}}" }, ...REPAIR],
    done("Added mapOk"),
  ],
};

const lasts: Scenario = {
  conversations: [
    {
      when: { promptIncludes: "How it ended: interrupted" },
      advance: "requests",
      turns: [REPAIR, done("Went on with mapOk")],
    },
  ],
  turns: [FIRST_TRY, [{ do: "say", text: "Now I think for long." }, { do: "silence" }]],
};

let models: ModelServer;
beforeAll(async () => {
  models = await startModelServer({ scenarios: { listens, lasts } });
});
afterAll(() => models[Symbol.asyncDispose]());

const checks = await checkSandboxes();
const usable = (["none", "bwrap", "srt"] as const).filter((mode) => checks[mode].works);
const strongest = usable.at(-1) ?? "none";
const told = {
  none: "NO SANDBOX, network open",
  bwrap: "sandbox bwrap, network open",
  srt: "sandbox srt, network filtered",
};

/** One sandbox for every agent, and each for one: what an agent does and what confines it are not the same question. */
const pairs = [
  ...realAgents.map((agent) => ({ agent, sandbox: strongest })),
  ...usable.filter((mode) => mode !== strongest).map((sandbox) => ({ agent: realAgent("codex"), sandbox })),
];

describe.each(pairs)("orch run with $agent.name, sandbox $sandbox", ({ agent, sandbox }) => {
  test.skipIf(agent.program === undefined)("learns from the failing receipt of its first attempt", async () => {
    const scenario = `repairs-${agent.name}-${sandbox}`;
    models.addScenario(scenario, repairs);
    const bench = await openRealBench(models, { agent, scenario, sandbox });
    const { code, out, err } = await bench.orch("run", WISH);
    expect(code, `it printed ${out}`).toBe(0);
    expect(err === "").toBe(sandbox !== "none");

    for (const text of [told[sandbox], TESTS, `± ${RESULT}`, "✓ test", "2 files changed"]) {
      expect(out).toContain(text);
    }
    const codes = agent.untold?.includes("exit codes") !== true;
    expect(out).toContain(`$ ${TESTS}\n  ${codes ? "✗ exit 1" : "ended"}`);
    expect(out).toContain(`$ ${COMMIT}\n  ${codes ? "✓ exit 0" : "ended"}`);
    const { task, attempts } = resultSchemas["task get"].parse(
      JSON.parse((await bench.orch("task", "get", "int-1", "--json")).out),
    );
    expect(task.status).toBe("in_review");
    expect(attempts.map(({ verdict }) => verdict?.reason ?? verdict?.kind)).toEqual(["checks_failed", "pass"]);
    expect(attempts.map(({ receipts }) => receipts.map(({ exitCode }) => exitCode))).toEqual([[1], [0]]);
    const used = attempts.map(({ usage }) => Math.min(usage.inputTokens, usage.outputTokens) > 0);
    expect(used).toEqual(agent.untold?.includes("usage") === true ? [false, false] : [true, true]);
    const requests = models.requests(scenario);
    expect(requests.filter(({ conversation }) => conversation === 0)[0]?.prompt).toMatch(
      /checks_failed[\s\S]*leaves a failure alone/,
    );
    expect(new Set(requests.map(({ key }) => key))).toEqual(new Set([agent.key]));

    const branch = task.branch ?? "";
    expect((await bench.repository.git("diff", "--name-only", "main", branch)).split("\n")).toEqual([INDEX, RESULT]);
    expect(await bench.repository.git("log", "--format=%s", `main..${branch}`)).toContain("fix(core): keep failures");
    expect(await bench.testBranch(branch)).toBe(0);
    expect(await bench.testBranch("main")).toBe(1);
    expect(await bench.filesWith(LOGIN)).toEqual([]);
  });
});

test("a person's message reaches the model in the middle of its work", async () => {
  const bench = await openRealBench(models, { agent: realAgent("codex"), scenario: "listens", sandbox: "auto" });
  const running = bench.start("run", WISH);
  await models.waitForRequest("listens", ({ turn }) => turn === 1);
  const copies = checks.srt.works ? [] : [expect.stringMatching(/codex-home\/auth\.json$/)];
  expect(await bench.filesWith(LOGIN)).toEqual(copies);
  const sending = bench.orch("task", "send", "int-1", "Keep failures: cześć 🎉");
  await running.printed("Keep failures: cześć 🎉");
  // Codex takes up a message when the answer that it waits for has come.
  models.release("steered");
  expect(await sending).toMatchObject({ code: 0, err: "", out: expect.stringContaining("delivered") as string });
  const { code, out } = await running.end;
  expect({ code, out }).toMatchObject({ code: 0 });
  expect(out).toContain("message delivered");
  expect(out).toContain("You said: Keep failures: cześć 🎉");
});

test("Ctrl-C stops codex, and --resume goes on with what it had done", async () => {
  const bench = await openRealBench(models, { agent: realAgent("codex"), scenario: "lasts", sandbox: "auto" });
  const running = bench.start("run", WISH);
  await running.printed("Now I think for long.");
  running.interrupt();
  const stopped = await running.end;
  expect(stopped).toMatchObject({ code: 1, err: "\nStopping cleanly; Ctrl-C again kills.\n" });
  expect(stopped.out).toContain("orch run --resume int-1");
  expect(await bench.filesWith(LOGIN)).toEqual([]);

  const resumed = await bench.orch("run", "--resume");
  expect(resumed).toMatchObject({ code: 0, err: "" });
  const got = await bench.orch("task", "get", "int-1", "--json");
  const { task, attempts } = resultSchemas["task get"].parse(JSON.parse(got.out));
  expect(attempts.map(({ verdict }) => verdict?.reason ?? verdict?.kind)).toEqual(["interrupted", "pass"]);
  expect(attempts.map(({ usage }) => usage.outputTokens > 0)).toEqual([true, true]);
  expect((await bench.repository.git("diff", "--name-only", "main", task.branch ?? "")).split("\n")).toEqual([
    INDEX,
    RESULT,
  ]);
});
