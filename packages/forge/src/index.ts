export { readLabels, type ExcludingLabel, type LabelReading } from "./labels/read-labels.ts";
export { shownLabels, type ShownLabels, type SingleLabel } from "./labels/shown-labels.ts";
export { wordLabels } from "./labels/word-labels.ts";
export { labelChange, type LabelChange } from "./labels/label-change.ts";
export { labelStatuses, lifecycleStatus, type LabelStatus } from "./labels/label-status.ts";
export { labelCatalogue, labelsToCreate, looksOf, type CatalogueEntry } from "./labels/catalogue.ts";
export { blockersIn, charterText, readCharter, type Charter } from "./charter/charter.ts";
export {
  followUpMark,
  isOwnText,
  callMark,
  markKinds,
  markPlace,
  messageMark,
  partMark,
  pullMark,
  replyMark,
  responseMark,
  reviewMark,
  statusMark,
  taskMark,
  type Mark,
  type MarkKind,
} from "./marks/marks.ts";
export {
  decideIntake,
  type Approval,
  type CommentBy,
  type IntakeCase,
  type IntakeDecision,
  type TextEdit,
  type LabelledBy,
} from "./intake/decide-intake.ts";
export { namesPin, pinName, type TextPin } from "./intake/pin.ts";
export { isAllowedAuthor, mayWrite, trustOf } from "./intake/standing.ts";
export { optsIn, type SkipReason } from "./intake/opt-in.ts";
export { callIn, callTitle, isUnmarked, withoutQuotes, type Call } from "./commands/mention.ts";
export { mentions, parseCommand, type CommandReading, type CommandWord } from "./commands/parse-command.ts";
export { statusComment, type StatusView } from "./comments/status-comment.ts";
export { waitingComment } from "./comments/waiting-comment.ts";
export { ownerCall } from "./comments/owner-call.ts";
export { resultComment, type ResultView } from "./comments/result-comment.ts";
export { callAnswer, type CallView } from "./comments/call-answer.ts";
export { mirrorComment } from "./comments/mirrored.ts";
export { partBlockers, partOrder, partPins, partWords, type PartWords } from "./parts/part-words.ts";
export { belowIssues, type Neutralise } from "./text/shown-text.ts";
export { LONGEST_COMMENT } from "./text/bounded.ts";
export { conventionOf, pullTitle, squashText, type SquashText, type SubjectConvention } from "./pull/titles.ts";
export { earlierPull } from "./pull/earlier-pull.ts";
export { renewedText } from "./pull/kept-text.ts";
export { isDraft, pullBody, pushedBody, type PullView } from "./pull/pull-body.ts";
export {
  evaluateGate,
  gateCodes,
  gateWarnings,
  type GateCode,
  type GateFacts,
  type GateResult,
  type GateWarning,
} from "./pull/gate.ts";
