import {
  defaultLabelNames,
  intakeModes,
  parseProjectId,
  type BoardColumn,
  type BoardSettings,
  type ForgeSettings,
  type IntakeMode,
  type IntakeSettings,
  type LabelMeaning,
  type LabelSettings,
  type ReviewSettings,
} from "@orch/core";

import type { ConfigFile } from "./config-file.ts";
import { defaults } from "./defaults.ts";
import { durationMs } from "./duration.ts";
import { filled, present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";
import { nameList } from "./resolve-agents.ts";
import { stricter, type OwnAndProject } from "./resolve-sandbox.ts";

type Sources = OwnAndProject & { readonly findings: Findings };

/**
 * The project's side on a forge; undefined unless its own file names the repository (`gh.repo`) and somebody wants it
 * (`gh.enabled: true`, or anything below `intake`). Whom to listen to and where tokens go is the person's to say: a
 * project's file only tightens it.
 */
export function resolveForge(file: ConfigFile, sources: Sources): ForgeSettings | undefined {
  const { own, project } = sources;
  const repository = project.gh?.repo;
  const off = own.gh?.enabled === false || file.gh?.enabled === false;
  const wanted = file.gh?.enabled === true || file.intake !== undefined;
  const labels = resolveLabels(file, sources.findings);
  if (repository === undefined || !parseProjectId(repository).ok || off || !wanted) return undefined;
  const pull = filled(defaults.pr, file.pr);
  return {
    repository,
    ...present({ apiUrl: own.gh?.api_url, fork: forkOf(repository, sources) }),
    intake: resolveIntake(file, sources),
    labels,
    mirror: filled(defaults.comments, file.comments).mirror,
    mentions: {
      names:
        file.mentions?.names === undefined ? [] : nameList(file.mentions.names).map((name) => name.replace(/^@/, "")),
      maxRounds: filled(defaults.mentions, file.mentions).max_rounds,
    },
    pull: {
      linkStyle: pull.link_style,
      draft: pull.draft,
      mergeMethod: filled(defaults.merge, file.merge).method,
      checksWaitMs: durationMs(filled(defaults.merge, file.merge).checks_wait),
      requiredWaitMs: durationMs(filled(defaults.merge, file.merge).required_wait),
      gate: filled(defaults.gate, file.gate).mode,
    },
    review: resolveReview(file, repository),
    board: resolveBoard(file),
    autoClose: filled(defaults.workflow, file.workflow).auto_close,
  };
}

/** The person's fork of a repository. One of the same owner can't be told from it by a pull request's head. */
function forkOf(repository: string, { own, findings }: Sources): string | undefined {
  const entries = Object.entries(own.gh?.forks ?? {});
  const [name, fork] = entries.find(([written]) => written.toLowerCase() === repository.toLowerCase()) ?? [];
  if (name === undefined || fork === undefined) return undefined;
  const [owner, forkOwner] = [repository, fork].map((each) => each.split("/")[0]?.toLowerCase());
  if (owner !== forkOwner) return fork;
  findings.problem(["gh", "forks", name], "must be a fork that somebody else owns");
  return undefined;
}

function resolveBoard({ gh }: ConfigFile): BoardSettings {
  const { project_status_map: ids, project_status_names: written } = gh ?? {};
  const choices = (column: BoardColumn): readonly string[] => {
    const id = ids?.[column];
    const names = written?.[column];
    return [...(id === undefined ? [] : [id]), ...(names === undefined ? [] : nameList(names))];
  };
  return {
    ...present({ id: gh?.project_id, field: gh?.project_status_field_id }),
    columns: {
      backlog: choices("backlog"),
      in_progress: choices("in_progress"),
      review: choices("review"),
      done: choices("done"),
    },
  };
}

const MODES: readonly IntakeMode[] = intakeModes;
const STRANGERS: readonly IntakeSettings["strangers"][] = ["look", "wait"];

function resolveIntake(file: ConfigFile, { own, project, findings }: Sources): IntakeSettings {
  const loosened = (name: string) => (): void => {
    findings.notice(["intake", name], "can't be loosened by a project's file");
  };
  const label = file.gh?.sync_label ?? "";
  const mine = own.intake?.mode;
  const asked = project.intake?.mode;
  return {
    mode:
      mine === undefined
        ? (asked ?? defaults.intake.mode)
        : stricter(MODES, { own: mine, asked, loosened: loosened("mode") }),
    strangers: stricter(STRANGERS, {
      own: own.intake?.strangers ?? defaults.intake.strangers,
      asked: project.intake?.strangers,
      loosened: loosened("strangers"),
    }),
    bots: own.intake?.bots ?? [],
    ...(label === "" ? {} : { onlyLabel: label }),
    ...present({ allowedAuthors: allowedAuthors(own, project) }),
  };
}

/** Who both name, where both name somebody. */
function allowedAuthors(own: ConfigFile, project: ConfigFile): readonly string[] | undefined {
  const [mine, theirs] = [own, project].map((file) => {
    const written = file.workflow?.allowed_authors;
    return written === undefined ? undefined : nameList(written).map((name) => name.replace(/^@/, "").toLowerCase());
  });
  if (mine === undefined || theirs === undefined) return mine ?? theirs;
  return theirs.filter((name) => mine.includes(name));
}

function resolveLabels(file: ConfigFile, findings: Findings): LabelSettings {
  const { profile = defaults.labels.profile, ...written } = file.labels ?? {};
  const names = filled(defaultLabelNames, written);
  const seen = new Map<string, LabelMeaning>();
  for (const meaning of Object.keys(defaultLabelNames) as LabelMeaning[]) {
    const name = names[meaning].toLowerCase();
    const other = seen.get(name);
    if (other !== undefined) findings.problem(["labels", meaning], `is the label of labels.${other}, too`);
    seen.set(name, meaning);
  }
  for (const agent of Object.keys(file.agents ?? {})) {
    const other = seen.get(`${names.agent}${agent}`.toLowerCase());
    if (other !== undefined) findings.problem(["agents", agent], `is named like the label of labels.${other}`);
  }
  return { profile, names };
}

function resolveReview(file: ConfigFile, repository: string): ReviewSettings {
  const workflow = filled(defaults.workflow, file.workflow);
  const owner = file.workflow?.review_owner?.replace(/^@/, "");
  return {
    enabled: workflow.enable_review_agent,
    maxCycles: workflow.max_review_cycles,
    timeoutMs: durationMs(workflow.review_timeout),
    followup: workflow.review_followup,
    // The first seed's default stands for whoever owns the repository.
    ...present({ agent: file.workflow?.review_agent, owner: owner === "owner" ? repository.split("/")[0] : owner }),
  };
}
