export { ok, err, unwrap, type Result } from "./result.ts";
export {
  errorTable,
  OrchError,
  orchError,
  isOrchError,
  asOrchError,
  type ExitCode,
  type ErrorMeaning,
  type ErrorCode,
  type ErrorExtras,
} from "./errors.ts";
export { type Json } from "./json.ts";
export {
  parseProjectId,
  parseTaskId,
  parseAgentName,
  parseBranchName,
  parseCommitSha,
  parseTreeSha,
  parseSessionId,
  taskKey,
  parseTaskRef,
  internalTaskId,
  isInternalTask,
  sessionIdOf,
  type Branded,
  type ProjectId,
  type TaskId,
  type TaskKey,
  type AgentName,
  type BranchName,
  type CommitSha,
  type TreeSha,
  type SessionId,
  type TaskRef,
  type AttemptRef,
} from "./ids.ts";
export { type Timer, type Clock, type Random } from "./clock.ts";
export { systemClock, systemRandom } from "./system-clock.ts";
export { packageVersion } from "./package-version.ts";
export { nearest } from "./nearest.ts";
export { silentLogger, type LogFields, type Logger } from "./logger.ts";
export {
  noUsage,
  addUsage,
  progressTypes,
  type Usage,
  type FailureClass,
  type AgentFailure,
  type AgentEvent,
  type Delegation,
  type AgentReport,
} from "./agent-event.ts";
export { provesCommit, type CheckSpec, type Receipt } from "./receipt.ts";
export {
  reasonTable,
  reasons,
  meaningOf,
  verdictOf,
  type ReasonAction,
  type ReasonMeaning,
  type Reason,
  type Verdict,
} from "./verdict.ts";
export {
  LONGEST_WAIT_MS,
  DEFAULT_MODEL,
  cooldownAfter,
  coolingDown,
  withCooldown,
  type Cooldown,
  type CooldownTarget,
} from "./cooldown.ts";
export {
  priceOf,
  priceOfAny,
  costAt,
  countedTokens,
  pricedUsage,
  runningUsage,
  type ModelPrice,
  type PriceTable,
} from "./pricing.ts";
export {
  defaultPolicy,
  settingsOfAccount,
  type MergePolicy,
  type TaskPolicy,
  type RunLimits,
  type PermissionMode,
  type PermissionRules,
  type RetryMode,
  type AgentAccount,
  type AgentSettings,
  type HookSettings,
  type GateRules,
  type ClassifierSettings,
  type RoutingSettings,
  sandboxModes,
  type SandboxMode,
  type CommandNetwork,
  type BudgetCap,
  type Budgets,
  type GradingRules,
  type ProjectSettings,
} from "./policy.ts";
export {
  complexities,
  taskStatuses,
  isSettled,
  type Complexity,
  type TaskSource,
  type TaskPins,
  type TaskSpec,
  type AgentProfile,
  type Assignment,
  type BranchResult,
  type Outcome,
  type FailureMark,
  type Waiting,
  type Stay,
  type TaskBase,
  type TaskNote,
  type TaskState,
  type Task,
  type TaskStatus,
} from "./task.ts";
export { type TaskEvent, type TaskEventType, type StoredEvent } from "./task-event.ts";
export {
  queueOf,
  effectKey,
  effectTask,
  type Effect,
  type EffectKind,
  type QueueName,
  type PlannedEffect,
} from "./effect.ts";
export {
  stepNames,
  type AttemptPhase,
  type StepName,
  type FileChange,
  type DiffStat,
  type Activity,
  type Breach,
  type CommandCategory,
  type Grade,
  type SemanticGrade,
  type TestRun,
  type Attempt,
  type StepRecord,
  type QuotaWindow,
} from "./attempt.ts";
export { trustRules, trustTiers, type TrustRules, type TrustTier } from "./trust.ts";
export { transitions, mayMove } from "./transitions.ts";
export { advance, type Rejected, type Move } from "./advance.ts";
export { type Step, type StepContext } from "./advance-moves.ts";
export {
  type Dims,
  type Limits,
  type NewJob,
  type Token,
  type Lease,
  type Settlement,
  type NewEvent,
  type DomainWrite,
  type Unit,
  type CommitResult,
  type TaskFilter,
  type ClaimRequest,
  type JobView,
  type MetricSum,
  type Store,
} from "./ports/store.ts";
export { type RequestedEvent, type CreateRequest, type ActRequest, type Engine } from "./ports/engine.ts";
export {
  type PrepareRequest,
  type Around,
  type PreparedClone,
  type CloneCommand,
  type Collected,
  type GateFinding,
  type PublishResult,
  type MergeResult,
  type RangeRequest,
  type Removal,
  type Workspace,
} from "./ports/workspace.ts";
export {
  sessionPurposes,
  type SessionPurpose,
  type SandboxRules,
  type SessionSpec,
  type ExitCause,
  type SessionExit,
  type SessionLoad,
  type StopRequest,
  type SessionProbe,
  type SessionEvent,
  type PermissionRequest,
  type PermissionAnswer,
  type AnswerReceipt,
  type SteerMessage,
  type SteerReceipt,
  type SessionSummary,
  type Sessions,
} from "./ports/sessions.ts";
export {
  sandboxBackends,
  type ConfinedCommand,
  type EgressRules,
  type Enclosure,
  type Sandbox,
  type SandboxBackend,
  type SandboxCheck,
  type SandboxPlan,
  type LoginFile,
  type SandboxSecret,
  type SessionConfinement,
} from "./ports/sandbox.ts";
export {
  noCapabilities,
  type PastConversation,
  type AgentCapabilities,
  type AgentDiscovery,
  type LaunchInput,
  type AgentLaunch,
  type AgentConclusion,
  type Conceal,
  type Credential,
  type AgentDriver,
  type ProtocolHost,
  type AgentConversation,
  type AgentProtocol,
} from "./ports/agent.ts";
export { type AttemptRun, type AttemptOutcome, type AttemptRunner } from "./ports/runner.ts";
export {
  type SkillSummary,
  type RouteSignal,
  type RouteWeight,
  type RoutingContext,
  type ClassificationRequest,
  type Classifier,
  type Question,
  type RouteDecision,
  type Router,
} from "./ports/router.ts";
export {
  type PastAttempt,
  type PromptInput,
  type Relative,
  type Relatives,
  type WorkSoFar,
  type HiddenPassage,
  type RenderedPrompts,
  type PromptRenderer,
} from "./ports/prompts.ts";
export { type Projects } from "./ports/projects.ts";
export { type ExternalTask, type PullRequest, type CheckState, type Backend } from "./ports/backend.ts";
export { type Conversation, type IncomingMessage, type Channel } from "./ports/channel.ts";
export { type EvidenceJudge, type TextModel, type TextReply } from "./ports/text-model.ts";
export { type SecretFinding, type Redactor } from "./ports/redactor.ts";
