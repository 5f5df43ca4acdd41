export {
  kebab,
  paramsOf,
  placeParams,
  type ArgumentsOf,
  type Param,
  type Params,
  type Place,
  type Surface,
  type Tier,
  type Verb,
} from "./spec.ts";
export {
  findVerb,
  isApiVerb,
  verbs,
  type AnyVerb,
  type ApiVerbName,
  type VerbName,
  type VerbNamed,
} from "./registry.ts";
export { parseCall, type ArgumentValue, type Call, type GlobalFlags } from "./parse-call.ts";
export { flagRows, renderOverview, renderVerbHelp, usageOf } from "./help.ts";
export { renderCompletions, type Shell } from "./completions.ts";
export { joinWords, splitWords } from "./split-words.ts";
export {
  issueCommands,
  issueCommandUsage,
  mayUse,
  tierOfRole,
  type IssueCommand,
  type IssueCommandName,
} from "./issue-commands.ts";
