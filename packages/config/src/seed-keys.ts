/** Keys of the systems that orch grew out of, which have no use here yet. `*` stands for any one name. */
export const unusedKeys: readonly string[] = [
  "channels",
  "jobs",
  "llm",
  "notifications",
  "policy.codex_sandbox",
  "policy.file",
  "policy.repo_overrides",
  "policy.skills_mode",
  "policy.success_event_stream_sample_pct",
  "project_dir",
  "webhook",
  "worktrees",
  "agents.*.allowed_tools",
  "agents.*.permission",
  "agents.*.sandbox",
  "engine.fallback_sync_interval",
  "engine.sync_interval",
  "engine.webhook_health_check_interval",
  "gh.backoff",
  "gh.enabled",
  "gh.project_id",
  "gh.project_status_field_id",
  "gh.project_status_map",
  "gh.project_status_names",
  "gh.sync_label",
  "model_map.review",
  "workflow.allowed_authors",
  "workflow.auto_close",
  "workflow.auto_close_task_on_approval",
  "workflow.auto_create_followup_on_changes",
  "workflow.auto_merge",
  "workflow.enable_review_agent",
  "workflow.max_review_cycles",
  "workflow.review_agent",
  "workflow.review_owner",
  "workflow.sandbox",
];

/** Keys that have another name now. */
export const renamedKeys: Readonly<Record<string, string>> = {
  max_tokens_per_task: "budgets.task.tokens",
  "policy.known_test_failure_allowlist": "grading.known_test_failures",
  "policy.max_agent_seconds": "workflow.timeout_seconds",
  "policy.max_retryable_attempts": "workflow.class_failures",
  "policy.min_test_commands": "policy.min_checks",
  "policy.runtime_grading_mode": "grading.mode",
  repo: "gh.repo",
  "workflow.stuck_timeout": "engine.stuck_timeout",
};

/** Values that have another name now, by the key's name of today. */
export const renamedValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "grading.mode": { hybrid_llm: "model" },
};

/** Keys that mean something in one kind of file only. */
export const keysOfKind: Readonly<Record<"global" | "project", readonly string[]>> = {
  // What starts an agent, and where its keys go, is the person's: whoever writes a repository is not its reader.
  global: [
    "engine",
    "projects",
    "retention",
    "security",
    "skills",
    ...["accounts", "args", "command", "driver", "egress", "env", "home", "login", "options"].map(
      (key) => `agents.*.${key}`,
    ),
  ],
  project: ["gh.repo", "gh.default_branch"],
};
