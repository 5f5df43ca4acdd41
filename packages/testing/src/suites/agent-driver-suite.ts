import { mkdir, readFile, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";

import {
  parseAgentName,
  progressTypes,
  unwrap,
  type AgentDriver,
  type AgentEvent,
  type AgentProtocol,
  type AgentSettings,
  type FailureClass,
  type LaunchInput,
} from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { startAgent, type LiveAgent } from "../agent-harness.ts";
import { tempFolder } from "../temp-folder.ts";

/**
 * What an agent is made to do in a run. Each begins in a folder with a file `greeting.txt` that says `hello world`.
 * - `works`: changes `greeting.txt` to `hello wörld 🎉` and reports done with the summary `Fixed 🎉`
 * - `talks`: says at least 3 MB of text, then reports done
 * - `misreports`: ends well with a report of an unknown status
 * - `vanishes`: ends with exit code 0 before its work or its report is finished
 * - `listens`: works until a message comes, then reports done
 * - `lasts`: says something, then works until it is stopped
 * - `fails`: fails with the class that is asked for
 */
export type AgentScenario = "works" | "talks" | "misreports" | "vanishes" | "listens" | "lasts" | "fails";

/** An agent arranged for a run. */
export interface ArrangedAgent {
  readonly settings: AgentSettings;
  /** Defaults to what the harness runs with, reduced to PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly message?: string;
  /** Lets an agent go on that `listens` and has been spoken to, where it does not notice by itself. */
  readonly goOn?: () => void;
}

/** A driver with the means to make its agent behave. */
export interface AgentDriverKit {
  readonly driver: AgentDriver;
  readonly protocol: AgentProtocol;
  /** Scenarios that this agent can't be made to show, each with the reason. */
  readonly without?: Partial<Readonly<Record<AgentScenario, string>>>;
  /** The classes of failure that the agent can be made to show. */
  readonly failures: readonly FailureClass[];
  /** Settings whose program does not exist; absent when the driver needs no program. */
  readonly absent?: AgentSettings;
  arrange(scenario: AgentScenario, folder: string, failure?: FailureClass): Promise<ArrangedAgent>;
}

const EVENT_BYTES = 80_000;
const someText: unknown = expect.stringMatching(/./);

/** The contract of `AgentDriver` and `AgentProtocol`, shown by real processes. */
export function describeAgentDriver(name: string, kit: AgentDriverKit): void {
  const { driver, protocol } = kit;
  const shows = (scenario: AgentScenario): boolean => kit.without?.[scenario] === undefined;

  async function start(scenario: AgentScenario, failure?: FailureClass): Promise<{ agent: LiveAgent } & Prepared> {
    const prepared = await prepare(kit, scenario, failure);
    return { ...prepared, agent: await startAgent(driver, protocol, prepared.input) };
  }

  describe(`agent driver ${name}`, () => {
    it("has a protocol of its own name", () => expect(protocol.name).toBe(driver.name));

    it("finds its program", async () => {
      const { input } = await prepare(kit, "works");
      const found = await driver.discover(input.settings, AbortSignal.timeout(5000));
      expect(found.installed).toBe(true);
    });

    it.each(when(kit.absent !== undefined))("says when its program is missing", async () => {
      const { input } = await prepare(kit, "works");
      const settings = kit.absent ?? input.settings;
      const found = await driver.discover(settings, AbortSignal.timeout(5000));
      expect(found).toMatchObject({ installed: false, hint: someText });
      await expect(driver.launch({ ...input, settings })).rejects.toMatchObject({ code: "agent_missing" });
    });

    it("refuses options that it does not know", async () => {
      const { input } = await prepare(kit, "works");
      const settings = { ...input.settings, options: { ...input.settings.options, colour: "red" } };
      await expect(driver.launch({ ...input, settings })).rejects.toMatchObject({ code: "config_invalid" });
    });

    it("launches an absolute program with nothing but strings, and can do so again", async () => {
      const { input } = await prepare(kit, "works");
      await driver.launch(input);
      const launch = await driver.launch(input);
      expect(isAbsolute(launch.argv[0] ?? "")).toBe(true);
      expect(Object.values(launch.env).every((value) => typeof value === "string")).toBe(true);
      if (launch.reportFile !== undefined) expect(relative(input.folder, launch.reportFile)).not.toMatch(/^\.\./);
    });

    it("does the work and reports it", async () => {
      const { agent, input } = await start("works");
      const { conclusion, events } = await agent.end;
      expect(conclusion.failure).toBeUndefined();
      expect(conclusion.report).toMatchObject({ status: "done", summary: "Fixed 🎉" });
      expect(conclusion.reportProblem).toBeUndefined();
      expect(await readFile(join(input.cwd, "greeting.txt"), "utf8")).toContain("hello wörld 🎉");
      expect(events.some((event) => progressTypes.has(event.type))).toBe(true);
      if (driver.capabilities.usage) expect(conclusion.usage.outputTokens).toBeGreaterThan(0);
    });

    it.each(when(shows("talks")))("survives 3 MB of talk with bounded events", async () => {
      const { agent } = await start("talks");
      const { conclusion, events, exit } = await agent.end;
      expect(exit.outputBytes).toBeGreaterThan(3_000_000);
      expect(conclusion.report).toMatchObject({ status: "done" });
      expect(events.every((event) => Buffer.byteLength(JSON.stringify(event)) < EVENT_BYTES)).toBe(true);
    });

    it.each(when(shows("misreports")))("makes no report of one with an unknown status", async () => {
      const { agent } = await start("misreports");
      const { conclusion } = await agent.end;
      expect(conclusion.report).toBeUndefined();
      expect(conclusion.reportProblem).toMatch(/./);
    });

    it.each(when(shows("vanishes")))("makes no success of an exit with code 0 alone", async () => {
      const { agent } = await start("vanishes");
      const { conclusion, exit } = await agent.end;
      expect(exit).toMatchObject({ cause: "exited", code: 0 });
      expect(conclusion.report).toBeUndefined();
      expect(conclusion.failure ?? conclusion.reportProblem).toBeDefined();
    });

    it.each(shows("fails") ? [...kit.failures] : [])("tells a failure of class %s", async (failure) => {
      const { agent } = await start("fails", failure);
      const { conclusion } = await agent.end;
      expect(conclusion.failure).toMatchObject({ class: failure, message: someText });
      expect(conclusion.report).toBeUndefined();
    });

    it.each(when(shows("lasts")))("tells a run that was killed", async () => {
      const { agent } = await start("lasts");
      await agent.event("its first words", (event) => event.type === "text");
      agent.kill("SIGKILL");
      const { conclusion } = await agent.end;
      expect(conclusion.failure).toBeDefined();
      expect(conclusion.report).toBeUndefined();
    });

    it.each(when(shows("lasts")))("is interrupted where it can be", async () => {
      const { agent } = await start("lasts");
      await agent.event("its first words", (event) => event.type === "text");
      expect(agent.conversation.interrupt()).toBe(driver.capabilities.interrupt);
      if (!driver.capabilities.interrupt) return agent.kill("SIGTERM");
      const { conclusion } = await agent.end;
      expect(conclusion.failure).toMatchObject({ class: "interrupted" });
    });

    describeSteering(kit, start);

    it("ignores noise, and makes no success of it", () => {
      const line = fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `{"type":"turn:finished","method":"turn/completed","params":${json},"id":1}`),
      );
      fc.assert(
        fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
          const events: AgentEvent[] = [];
          const ignore = (): void => undefined;
          const emit = (event: AgentEvent): void => void events.push(event);
          const host = { options: {}, emit, writeLine: ignore, closeInput: ignore, note: ignore };
          const conversation = protocol.converse(host);
          conversation.open();
          for (const text of lines) conversation.line(text);
          conversation.interrupt();
          expect(events.some((event) => event.type === "turn:finished" && event.status === "completed")).toBe(false);
        }),
      );
    });
  });
}

/** Registers a clause once, or not at all where the agent has nothing to show. */
function when(applies: boolean): readonly string[] {
  return applies ? ["applies"] : [];
}

type Start = (scenario: AgentScenario) => Promise<{ agent: LiveAgent } & Prepared>;

function describeSteering({ driver, without }: AgentDriverKit, start: Start): void {
  const { steer } = driver.capabilities;

  it.each(when(!steer))("refuses messages and says why", async () => {
    const { agent } = await start("works");
    const answer = agent.conversation.steer({ id: "m1", text: "hello?" });
    expect(answer).toMatchObject({ accepted: false, why: someText });
    await agent.end;
  });

  it.each(when(steer && without?.listens === undefined))(
    "delivers a message once, and says so when it is seen",
    async () => {
      const { agent, arranged } = await start("listens");
      await agent.event("its turn", (event) => event.type === "turn:started");
      const message = { id: "m1", text: "Say it in Polish too: cześć 🎉" };
      expect(agent.conversation.steer(message).accepted).toBe(true);
      // Not after the delivery: a message that comes while the model is asked already is shown with the next request.
      arranged.goOn?.();
      const { conclusion, events } = await agent.end;
      expect(events.filter((event) => event.type === "message:delivered")).toMatchObject([{ messageId: "m1" }]);
      expect(conclusion.report).toMatchObject({ status: "done" });
      expect(conclusion.failure).toBeUndefined();
    },
  );

  it.each(when(steer))("refuses messages when it has finished", async () => {
    const { agent } = await start("works");
    await agent.end;
    expect(agent.conversation.steer({ id: "late", text: "too late" }).accepted).toBe(false);
  });
}

interface Prepared {
  readonly input: LaunchInput;
  readonly arranged: ArrangedAgent;
}

async function prepare(kit: AgentDriverKit, scenario: AgentScenario, failure?: FailureClass): Promise<Prepared> {
  const root = await tempFolder("agent");
  const cwd = join(root, "clone");
  const folder = join(root, "attempt");
  await mkdir(cwd);
  await mkdir(folder);
  await writeFile(join(cwd, "greeting.txt"), "hello world\n");
  const arranged = await kit.arrange(scenario, root, failure);
  const systemPromptFile = join(folder, "prompt-sys.md");
  const messageFile = join(folder, "prompt-msg.md");
  await writeFile(systemPromptFile, "You change files. Answer with a report.\n");
  await writeFile(messageFile, arranged.message ?? "Fix the greeting: wörld 🎉.\n");
  const input: LaunchInput = {
    agent: unwrap(parseAgentName("tested")),
    settings: arranged.settings,
    attempt: 1,
    cwd,
    folder,
    systemPromptFile,
    messageFile,
    env: arranged.env ?? { PATH: process.env["PATH"] ?? "" },
  };
  return { input, arranged };
}
