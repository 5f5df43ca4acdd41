import {
  defaultLabelNames,
  intakeModes,
  mergeMethods,
  parseProjectId,
  type BoardColumn,
  type LabelMeaning,
} from "@orch/core";
import { z } from "zod";

import { defaults } from "./defaults.ts";
import { count, duration, key, names, text } from "./written-values.ts";

const yesOrNo = z.boolean("must be true or false");
const login = z
  .string("must be a login")
  .regex(/^@?[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, "must be a login, such as octocat");

const number = z.int("must be a number").min(1, "must be at least 1");
const PEM_LENGTH = 20_000;
const app = z.strictObject({
  id: key(number, "The App's number, from its settings."),
  private_key_file: key(
    text.min(1),
    "Its private key as it was downloaded: a file that you alone can read. It is read again for each new token.",
  ),
  private_key: key(
    z.string("must be a text").max(PEM_LENGTH),
    "The private key itself, in place of its file, such as `${GITHUB_APP_KEY}`.",
  ),
  installation: key(number, "The number of its installation; without it, the one in each repository is asked for."),
});

const repositoryName = text.refine((written) => parseProjectId(written).ok, "must be owner/repo");

/** Something for each column of a board. */
function boardMap<Schema extends z.ZodType>(
  value: Schema,
): z.ZodObject<Readonly<Record<BoardColumn, z.ZodOptional<Schema>>>, z.core.$strict> {
  return z.strictObject({
    backlog: key(value, "Tasks that wait: new, routed."),
    in_progress: key(value, "Tasks that are worked on, or wait for others: in_progress, blocked."),
    review: key(value, "Tasks that wait for people: in_review, needs_review."),
    done: key(value, "Tasks that are over: done, cancelled."),
  });
}

/** The keys of `gh`: where the project is on GitHub. */
export const gh = z.strictObject({
  repo: key(text, "`owner/repo`: names the project; only in its `.orch.yml`. Without it: from the git remote."),
  default_branch: key(text.min(1), "Branch to start from; without it what the repository has checked out."),
  enabled: key(
    yesOrNo,
    "Tasks come from the issues of `gh.repo` and results go there as pull requests. Without it: only when `intake` says something.",
  ),
  api_url: key(
    text.refine(isSafeAddress, "must be an https address, or one of this machine"),
    "Address of GitHub's API, for GitHub Enterprise; only in the global file, for tokens are sent there.",
  ),
  forks: key(
    z.record(repositoryName, repositoryName),
    "Your fork, as `owner/repo`, of each repository that you may not push to: branches go there, and pull requests from there to the repository. Only in the global file, for your work is sent there.",
  ),
  app: key(app, "The GitHub App that orch acts as, in place of a person's token; only in the global file."),
  project_id: key(
    text.min(1),
    "The board (Projects V2) on which tasks stand, by its id; `orch board link` says it for you and comes first.",
  ),
  project_status_field_id: key(text.min(1), "The field of the board that holds the column, by id or name.", "Status"),
  project_status_map: key(boardMap(text.min(1)), "The choice of that field for each column, by id."),
  project_status_names: key(
    boardMap(names),
    "The choice for each column, by name; the first that the board has counts.",
  ),
  sync_label: key(z.string().max(50), "Only issues with this label are taken in, besides what `intake.mode` asks for."),
});

/** The keys of `intake`: what becomes a task. */
export const intake = z.strictObject({
  mode: key(
    z.enum(intakeModes, "must be all, label or manual"),
    "Which issues become tasks: `all` open ones, those with the `label` `labels.orchestrate` (or `gh.sync_label`, when that is set), or `manual`: those that a person approves.",
    defaults.intake.mode,
  ),
  strangers: key(
    z.enum(["wait", "look"], "must be wait or look"),
    "The issue of somebody who may not write to the repository: it waits for an approval, or an agent may `look` at it and report. A project's file can only tighten it.",
    defaults.intake.strangers,
  ),
  bots: key(
    z.array(z.int("must be a number").min(1), "must be a list of numbers").max(100),
    "GitHub's numbers (ids) of programs whose issues are taken, where a person merges the results, and whose labels opt issues in. Not in a project's file.",
  ),
});

const labelText = z
  .string("must be a text; quote it")
  .min(1, "must not be empty")
  .max(50, "must have at most 50 characters")
  .regex(/^[^\s,][^,\n]*$/, "must be a label, without commas");

const meanings: Readonly<Record<LabelMeaning, string>> = {
  status_new: "waits to be routed",
  status_routed: "waits for a free slot",
  status_in_progress: "an agent works on it",
  status_in_review: "its pull request is open",
  status_done: "done",
  status_blocked: "waits for other tasks",
  status_needs_review: "a person has to look",
  agent: "which agent; the beginning of the label",
  model: "which model; the beginning",
  complexity: "how demanding; the beginning",
  priority: "how urgent; the beginning",
  size: "how large; the beginning",
  blocked_by: "what has to be closed first; the beginning",
  checkin: "how long an agent may be silent; the beginning",
  budget: "how long an attempt may take; the beginning",
  parent: "which task it is a part of; the beginning",
  job: "which job made it; the beginning",
  plan: "to be split into parts",
  no_agent: "never for agents",
  no_gh: "never taken in",
  local_only: "never taken in",
  approved: "a person has read a stranger's issue",
  orchestrate: "opts an issue in",
  hub_queued: "`hub`: waits",
  hub_running: "`hub`: an agent works on it",
  hub_review: "`hub`: its pull request is open",
  hub_done: "`hub`: done",
  hub_stalled: "`hub`: a person has to look",
  hub_pull: "`hub`: wants a pull request; orch makes one in any case",
};

const labelNames = Object.fromEntries(
  Object.entries(meanings).map(([name, meaning]) => [
    name,
    key(labelText, `Label: ${meaning}.`, defaultLabelNames[name as LabelMeaning]),
  ]),
) as Record<LabelMeaning, z.ZodOptional<typeof labelText>>;

/** The keys of `labels`: the words on labels. */
export const labels = z.strictObject({
  profile: key(
    z.enum(["orch", "hub"], "must be orch or hub"),
    "`hub`: the labels `hub_*` are read and written beside those of the status.",
    defaults.labels.profile,
  ),
  ...labelNames,
});

/** The keys of `comments`. */
export const comments = z.strictObject({
  mirror: key(
    z.enum(["none", "milestones", "all"], "must be none, milestones or all"),
    "Which messages of an agent become comments, besides its status and its results: `milestones` are its start, what it asks and its failures; `all` is what it says as well.",
    defaults.comments.mirror,
  ),
});

/** The keys of `mentions`. */
export const mentions = z.strictObject({
  names: key(
    names,
    "By which names people call orch in comments, such as `orch`; without it `orch`, `orchestrator` and, where orch acts as a GitHub App, the App's.",
  ),
  max_rounds: key(
    count,
    "How many calls in a row in one issue or pull request count, until a person says something there without a call.",
    defaults.mentions.max_rounds,
  ),
});

/** The keys of `pr`: pull requests. */
export const pr = z.strictObject({
  link_style: key(
    z.enum(["none", "refs", "closes"], "must be none, refs or closes"),
    "How a pull request's text names its issue: not at all, as a mention, or so that its merge closes it. Unless `none`, GitHub also shows the branch beside the issue, and closes that when the pull request is merged.",
    defaults.pr.link_style,
  ),
  draft: key(
    yesOrNo,
    "Every pull request begins as a draft; those from strangers' words, and those that hold what a person has to see (`gate.lockfiles` and its like), always do.",
    defaults.pr.draft,
  ),
});

/** The keys of `merge`. */
export const merge = z.strictObject({
  policy: key(
    z.enum(["never", "approve_gate", "auto"], "must be never, approve_gate or auto"),
    "`never`: the branch is the end. `approve_gate`: a person merges. `auto`: orch merges what is proven.",
    defaults.merge.policy,
  ),
  method: key(
    z.enum(mergeMethods, "must be squash, merge or rebase"),
    "How a pull request is merged; where its branch does not allow that, another way is taken that it allows.",
    defaults.merge.method,
  ),
  checks_wait: key(
    duration,
    "How long no new check of a commit has to come before those that are there count as all of them.",
    defaults.merge.checks_wait,
  ),
  required_wait: key(
    duration,
    "How long no new check of a commit has to come before a check that the branch requires, and nobody reported, needs a person.",
    defaults.merge.required_wait,
  ),
});

/** The keys of `workflow` that are about a forge. */
export const forgeWorkflow = {
  allowed_authors: key(
    names,
    "Logins whose issues, labels, words and reviews count, besides those who administer the repository; without it everybody who may write to it.",
  ),
  auto_close: key(yesOrNo, "The issue of a done task is closed.", defaults.workflow.auto_close),
  enable_review_agent: key(
    yesOrNo,
    "An agent reviews pull requests before people do.",
    defaults.workflow.enable_review_agent,
  ),
  review_agent: key(text.min(1), "Who reviews; without it an agent of another model family than the author's."),
  max_review_cycles: key(
    count,
    "Rounds of review, and as many of failing checks and conflicts, after which a person has to look.",
    defaults.workflow.max_review_cycles,
  ),
  review_timeout: key(duration, "How long an agent may take for one review.", defaults.workflow.review_timeout),
  review_followup: key(
    z.enum(["redispatch", "tasks"], "must be redispatch or tasks"),
    "What people's reviews ask for becomes: another attempt at the same task, or `tasks` of their own, begun after the merge.",
    defaults.workflow.review_followup,
  ),
  review_owner: key(login, "Who is called on GitHub when a person is needed; without it nobody."),
};

function isSafeAddress(written: string): boolean {
  if (!URL.canParse(written)) return false;
  const { protocol, hostname } = new URL(written);
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname));
}
