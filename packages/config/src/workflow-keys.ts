import { z } from "zod";

import { defaults } from "./defaults.ts";
import { forgeWorkflow } from "./forge-keys.ts";
import { bytes, count, duration, key, names } from "./written-values.ts";

/** The keys of `workflow`: limits of tasks and attempts. */
export const workflow = z.strictObject({
  max_attempts: key(count, "Attempts of a task before a person has to look.", defaults.workflow.max_attempts),
  timeout_seconds: key(duration, "Longest time of one attempt; 0 is no limit.", defaults.workflow.timeout_seconds),
  timeout_by_complexity: key(
    z.strictObject({
      simple: key(duration, "Longest time of an attempt of a simple task."),
      medium: key(duration, "Longest time of an attempt of a medium task."),
      complex: key(duration, "Longest time of an attempt of a complex task."),
    }),
    "Longest time by complexity; a tier that is named wins over `workflow.timeout_seconds`, and 0 is no limit for it.",
  ),
  silence_seconds: key(
    duration,
    "An agent that prints nothing for this long is stopped; 0 is no limit.",
    defaults.workflow.silence_seconds,
  ),
  no_progress_seconds: key(
    duration,
    "An agent that prints but does nothing for this long is stopped; 0 is no limit.",
    defaults.workflow.no_progress_seconds,
  ),
  max_output_bytes: key(
    bytes,
    "An agent that prints more than this in one attempt is stopped.",
    defaults.workflow.max_output_bytes,
  ),
  max_memory_mb: key(
    z.int().min(0),
    "Memory in MiB that the processes of an agent or a check may hold together; 0 is three quarters of the machine's.",
    defaults.workflow.max_memory_mb,
  ),
  max_processes: key(
    z.int().min(0),
    "How many processes an agent or a check may have at the same time; 0 is no limit.",
    defaults.workflow.max_processes,
  ),
  max_file_mb: key(
    z.int().min(0),
    "How large in MiB one file may become that an agent or a check writes; 0 is no limit.",
    defaults.workflow.max_file_mb,
  ),
  nudge_percent: key(
    z.int().min(0).max(99),
    "After this share of the silence or no-progress limit orch speaks to the agent; 0 is never.",
    defaults.workflow.nudge_percent,
  ),
  permission_seconds: key(
    duration,
    "What an agent asks is denied when nobody answers for this long.",
    defaults.workflow.permission_seconds,
  ),
  allow_agent_push: key(
    z.boolean("must be true or false"),
    "Agents may publish (`policy.publish_commands`) themselves. A project's file can only forbid it.",
    defaults.workflow.allow_agent_push,
  ),
  required_skills: key(names, "Ids of skills that every task gets, marked as required."),
  equal_failures: key(
    count,
    "Equal failures in a row after which a person has to look.",
    defaults.workflow.equal_failures,
  ),
  class_failures: key(
    z.int("must be a whole number").min(0, "must be at least 0"),
    "Failures of one reason in a row, each another way, after which a person has to look; 0 is no limit.",
    defaults.workflow.class_failures,
  ),
  on_usage_limit: key(
    z.enum(["wait", "failover"], "must be wait or failover"),
    "After an agent's usage limit: `wait` for its reset, or let another agent go on; without one the task waits.",
    defaults.workflow.on_usage_limit,
  ),
  on_exhausted: key(
    z.enum(["person", "wait"], "must be person or wait"),
    "When every agent rests after a failure: a `person` has to look, or the task waits for the first to come back.",
    defaults.workflow.on_exhausted,
  ),
  retry_mode: key(
    z.enum(["fresh", "resume", "auto"], "must be fresh, resume or auto"),
    "How a next attempt begins: `fresh`, with the agent's own conversation (`resume`), or as the failure suggests.",
    defaults.workflow.retry_mode,
  ),
  permissions: key(
    z.enum(["autonomous", "supervised"], "must be autonomous or supervised"),
    "`supervised`: what the rules neither allow nor deny is asked of a person (`orch task allow`), and denied when nobody answers. Without it nothing is asked.",
  ),
  allowed_tools: key(
    names,
    "What agents may do by their own rules: tools, or commands as `Bash(git *)`; empty is everything.",
  ),
  disallowed_tools: key(names, "What agents may not do; wins over `allowed_tools`."),
  ...forgeWorkflow,
});
