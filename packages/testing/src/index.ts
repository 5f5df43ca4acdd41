export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export { createMemoryForge, type ForgeFault, type MemoryForge } from "./forge/memory-forge.ts";
export { MAIN, PEOPLE, type ForgePeople } from "./forge/forge-people.ts";
export { createMemoryChannel, type MemoryChannel } from "./memory-channel.ts";
export { createMemoryTextModel, type MemoryTextModelReply } from "./memory-text-model.ts";
export { programWorks } from "./program-works.ts";
export { atOnce } from "./after-test.ts";
export { tempFolder } from "./temp-folder.ts";
export { gitEnvironment, gitRepository, repositoryAt, type TestRepository } from "./git-repository.ts";
export { waitFor } from "./wait-for.ts";
export { describeStore } from "./suites/store-suite.ts";
export { describeDeliveries, type DeliveriesMaker } from "./suites/deliveries-suite.ts";
export {
  describeAgentDriver,
  type AgentDriverKit,
  type AgentScenario,
  type ArrangedAgent,
} from "./suites/agent-driver-suite.ts";
export {
  describeAgentConformance,
  type AgentConformance,
  type ConformanceBench,
  type ConformanceLimit,
  type ConformanceModel,
  type GeneralLimit,
  type Facts,
  type ModelPlace,
} from "./suites/agent-conformance-suite.ts";
export { startAgent, type AgentRunEnd, type LiveAgent } from "./agent-harness.ts";
export { describeSessions, type SessionsBench } from "./suites/sessions-suite.ts";
export {
  ModelServerError,
  startModelServer,
  type Action,
  type Condition,
  type Conversation,
  type ErrorKind,
  type LoggedRequest,
  type ModelServer,
  type ModelServerOptions,
  type Outcome,
  type RequestPredicate,
  type Scenario,
  type Script,
  type Times,
  type Turn,
} from "./model-server/index.ts";
export { describeAttemptRunner, type AttemptRunnerBench, type Mishap } from "./suites/attempt-runner-suite.ts";
export { describeChannel, type ChannelBench } from "./suites/channel-suite.ts";
export { describeClock, describeRandom, type ClockBench } from "./suites/clock-suite.ts";
export { describeForge } from "./suites/forge-suite.ts";
export type { ForgeBench } from "./suites/forge/forge-bench.ts";
export { describeEngine, type EngineBench } from "./suites/engine-suite.ts";
export { describeProjects, type ProjectsBench } from "./suites/projects-suite.ts";
export { describePromptRenderer } from "./suites/prompt-renderer-suite.ts";
export { describeRedactor } from "./suites/redactor-suite.ts";
export { describeRouter } from "./suites/router-suite.ts";
export { describeSandbox } from "./suites/sandbox-suite.ts";
export { describeTextModel, type TextModelBench } from "./suites/text-model-suite.ts";
export { describeCheckouts, type CheckoutsBench } from "./suites/workspace-checkout.ts";
export { describeWarmClones, type WarmClonesBench } from "./suites/workspace-warm.ts";
export { describeWorkspace, type WorkspaceBench } from "./suites/workspace-suite.ts";
export { projectOf, runInClone } from "./suites/workspace-bench.ts";
export { sampleAgent, sampleForge, sampleTask } from "./suites/samples.ts";
export { fixedRouter } from "./fixed-router.ts";
export {
  attackMark,
  attackTurns,
  attacksOn,
  openAttackField,
  type Attack,
  type AttackAim,
  type AttackField,
  type AttackTargets,
  startNaiveProxy,
  type NaiveProxy,
} from "./red-team/index.ts";
export { hostileSession } from "./hostile-session.ts";
export { commentPayloads, obeyedIn, terminalPayloads, type HostileText } from "./hostile-texts.ts";
export { agentLog, plantedSecrets, secretText } from "./planted-secrets.ts";
