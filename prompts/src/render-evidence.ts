import type { EvidenceJudge } from "@orch/core";

import { cutEnd } from "./cut-text.ts";
import { createEnvelope } from "./envelope.ts";
import { createTemplates } from "./templates-engine.ts";
import { taskText } from "./variables.ts";

const MOST_FILES = 4_000;
const MOST_COMMANDS = 4_000;
const MOST_SUMMARY = 2_000;

/** The variables of `evidence.md`; each text in its envelope. */
export interface EvidenceVariables {
  readonly fence: string;
  /** What was wanted. */
  readonly task: string;
  /** The files that changed, with their sizes. */
  readonly change: string;
  /** What the agent ran. */
  readonly commands: string;
  /** What it says of its work. */
  readonly report: string;
}

/**
 * Writes the question whether a change may pass without checks (seed row C53): bounded, with what strangers and the
 * agent wrote in envelopes. `fence` is a fresh random text of 16 to 128 letters and digits. Throws `template_invalid`.
 */
export function renderEvidence(
  { task, attempt }: Pick<Parameters<EvidenceJudge>[0], "task" | "attempt">,
  { fence }: { readonly fence: string },
): string {
  const envelope = createEnvelope(fence);
  const { diff, activity, report } = attempt;
  const files = (diff?.files ?? []).map((file) => `${file.change} ${file.path} (+${file.added} -${file.deleted})`);
  const validated = (activity?.validated ?? []).map((command) => `ended well: ${command}`);
  const commands = (activity?.frequent ?? []).map(({ command, runs }) => `ran ${runs} times: ${command}`);
  const slowest = (activity?.slowest ?? []).map(({ command }) => `ran: ${command}`);
  const variables: EvidenceVariables = {
    fence,
    task: taskText(task, envelope),
    change: envelope.wrap("change", cutEnd(files.join("\n"), MOST_FILES)),
    commands: envelope.wrap("commands", cutEnd([...validated, ...commands, ...slowest].join("\n"), MOST_COMMANDS)),
    report: envelope.wrap("report of the agent", cutEnd(report?.summary ?? "", MOST_SUMMARY)),
  };
  return createTemplates().fill("evidence", variables);
}
