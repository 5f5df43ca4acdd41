export { readLabels, type ExcludingLabel, type LabelReading, type LabelSize } from "./labels/read-labels.ts";
export { shownLabels, type ShownLabels, type SingleLabel } from "./labels/shown-labels.ts";
export { labelChange, type LabelChange } from "./labels/label-change.ts";
export { labelStatuses, type LabelStatus } from "./labels/label-status.ts";
export { labelCatalogue, labelsToCreate, looksOf, type CatalogueEntry } from "./labels/catalogue.ts";
export { blockersIn, charterText, readCharter, type Charter } from "./charter/charter.ts";
export {
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
  type MarkKind,
} from "./marks/marks.ts";
export {
  decideIntake,
  type Approval,
  type CommentBy,
  type IntakeCase,
  type IntakeDecision,
  type TextEdit,
} from "./intake/decide-intake.ts";
export { namesPin, pinName, type TextPin } from "./intake/pin.ts";
export { mayWrite } from "./intake/standing.ts";
export { type SkipReason } from "./intake/opt-in.ts";
export { mentions, parseCommand, type CommandReading, type CommandWord } from "./commands/parse-command.ts";
export { statusComment, type StatusView } from "./comments/status-comment.ts";
export { waitingComment } from "./comments/waiting-comment.ts";
export { resultComment, type ResultView } from "./comments/result-comment.ts";
export { mirrorComment } from "./comments/mirrored.ts";
export { type Neutralise } from "./text/shown-text.ts";
export { LONGEST_COMMENT } from "./text/bounded.ts";
export { conventionOf, pullTitle, squashText, type SquashText, type SubjectConvention } from "./pull/titles.ts";
export { isDraft, pullBody, type PullView } from "./pull/pull-body.ts";
export { type PullSection } from "./pull/template.ts";
export {
  evaluateGate,
  gateCodes,
  gateWarnings,
  type GateCode,
  type GateFacts,
  type GateResult,
  type GateWarning,
} from "./pull/gate.ts";
