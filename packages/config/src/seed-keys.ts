/** Keys of the systems that orch grew out of, which have no use here yet. `*` stands for any one name. */
export const unusedKeys: readonly string[] = [
  "channels",
  "jobs",
  "llm",
  "notifications",
  "policy.file",
  "github_webhook",
  "telegram_bot",
  "project_dir",
  "agents.*.allowed_tools",
  "agents.*.permission",
  "gh.backoff",
  "workflow.auto_close_task_on_approval",
];

const step: Readonly<Record<string, string>> = {
  known_test_failure_allowlist: "grading.known_test_failures",
  max_added_lines: "policy.max_added_lines",
  max_agent_seconds: "workflow.timeout_seconds",
  max_changed_files: "policy.max_changed_files",
  max_retryable_attempts: "workflow.class_failures",
  min_test_commands: "policy.min_checks",
  runtime_grading_mode: "grading.mode",
  skills_mode: "policy.skills_mode",
  success_event_stream_sample_pct: "retention.passed_percent",
};
const overridden: Readonly<Record<string, string>> = {
  known_test_failure_allowlist: "known_test_failures",
  max_agent_seconds: "timeout_seconds",
  max_retryable_attempts: "class_failures",
  min_test_commands: "min_checks",
  runtime_grading_mode: "mode",
};

/** Keys that have another name now; `*` stands for the same name on both sides. */
export const renamedKeys: Readonly<Record<string, string>> = {
  max_tokens_per_task: "budgets.task.tokens",
  repo: "gh.repo",
  "github_webhook.host": "webhook.host",
  "github_webhook.port": "webhook.port",
  "github_webhook.secret": "webhook.secret",
  "workflow.auto_create_followup_on_changes": "workflow.review_followup",
  "workflow.auto_merge": "merge.policy",
  "workflow.stuck_timeout": "engine.stuck_timeout",
  "run_agent_step.repo_overrides": "policy.repo_overrides",
  ...Object.fromEntries(Object.entries(step).map(([old, now]) => [`run_agent_step.${old}`, now])),
  ...Object.fromEntries(
    Object.entries(step).flatMap(([old, now]) => (now === `policy.${old}` ? [] : [[`policy.${old}`, now]])),
  ),
  ...Object.fromEntries(
    Object.entries(overridden).map(([old, now]) => [
      `policy.repo_overrides.*.${old}`,
      `policy.repo_overrides.*.${now}`,
    ]),
  ),
};

const states: Readonly<Record<string, string>> = {
  success_state: "is decided by merge.policy: what passed waits in review, or is merged",
  on_retryable_state: "is decided by orch, which tries again; workflow.class_failures: 1 brings a person at once",
  on_human_review_state: "is decided by orch: what needs a person becomes needs_review, and stays so",
};

/** Keys that have no counterpart, with what decides in their place. */
export const answeredKeys: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(states).flatMap(([key, answer]) => [
    [`policy.${key}`, answer],
    [`run_agent_step.${key}`, answer],
  ]),
);

/** Mappings that go when nothing is left in them. */
export const emptiedKeys: readonly string[] = ["run_agent_step"];

/** Values that have another name now, by the key's name of today. */
export const renamedValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "workflow.review_followup": { true: "tasks", false: "redispatch" },
  "merge.policy": { true: "auto", false: "approve_gate" },
  "grading.mode": { hybrid_llm: "model" },
  "policy.repo_overrides.*.mode": { hybrid_llm: "model" },
};

/** Keys that mean something in one kind of file only. */
export const keysOfKind: Readonly<Record<"global" | "project", readonly string[]>> = {
  // What starts an agent, and where its keys go, is the person's: whoever writes a repository is not its reader.
  global: [
    "engine",
    "environment.ports",
    "gate.allow",
    "gh.api_url",
    "gh.app",
    "gh.forks",
    "intake.bots",
    "path_file",
    "policy.repo_overrides",
    "projects",
    "retention",
    "security",
    "skills",
    "webhook",
    "worktrees",
    ...["accounts", "args", "command", "driver", "egress", "env", "home", "login", "options"].map(
      (key) => `agents.*.${key}`,
    ),
  ],
  project: ["gh.repo", "gh.default_branch"],
};
