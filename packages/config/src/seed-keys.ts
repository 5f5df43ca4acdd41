/** Keys of the systems that orch grew out of, which have no use here yet. `*` stands for any one name. */
export const unusedKeys: readonly string[] = [
  "channels",
  "jobs",
  "llm",
  "max_tokens_per_task",
  "notifications",
  "policy",
  "project_dir",
  "webhook",
  "worktrees",
  "agents.*.allowed_tools",
  "agents.*.models",
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
  "model_map.free",
  "model_map.review",
  "workflow.allowed_authors",
  "workflow.allowed_tools",
  "workflow.auto_close",
  "workflow.auto_close_task_on_approval",
  "workflow.auto_create_followup_on_changes",
  "workflow.auto_merge",
  "workflow.disallowed_tools",
  "workflow.enable_review_agent",
  "workflow.max_review_cycles",
  "workflow.permissions",
  "workflow.review_agent",
  "workflow.review_owner",
  "workflow.sandbox",
];

/** Keys that have another name now. */
export const renamedKeys: Readonly<Record<string, string>> = {
  repo: "gh.repo",
  "workflow.stuck_timeout": "engine.stuck_timeout",
};

/** Keys that mean something in one kind of file only. */
export const keysOfKind: Readonly<Record<"global" | "project", readonly string[]>> = {
  global: ["engine", "projects", "retention", "skills"],
  project: ["gh.repo", "gh.default_branch"],
};
