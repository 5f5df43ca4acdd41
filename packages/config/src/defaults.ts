import { defaultPolicy } from "@orch/core";

/** Bytes. */
export const MEBIBYTE = 1024 * 1024;

/** The defaults as a person would write them. The only place that knows them; the schema and the documents show them. */
export const defaults = {
  engine: { max_parallel: 4, tick_interval: 10, stuck_timeout: 1800 },
  workflow: {
    max_attempts: defaultPolicy.maxAttempts,
    timeout_seconds: 1800,
    silence_seconds: 600,
    no_progress_seconds: 1200,
    max_output_bytes: 64 * MEBIBYTE,
    max_memory_mb: 0,
    max_processes: 1000,
    max_file_mb: 4096,
    nudge_percent: 50,
    permission_seconds: 300,
    equal_failures: defaultPolicy.equalFailures,
    on_usage_limit: defaultPolicy.onUsageLimit,
    on_exhausted: defaultPolicy.onExhausted,
    retry_mode: defaultPolicy.retryMode,
  },
  budgets: { task: { tokens: 1_000_000 } },
  policy: { diff_budget: "warn", max_changed_files: 8, max_added_lines: 150, min_checks: 0 },
  retry: { base_seconds: defaultPolicy.backoffBaseMs / 1000, max_seconds: defaultPolicy.backoffCapMs / 1000 },
  router: { mode: "round_robin", weighted_round_robin: false, timeout_seconds: 120, max_route_attempts: 3 },
  check: { timeout: 600 },
  branch: { template: "gh-task-{issue}-{slug}" },
  gate: {
    protected_paths: [
      ".github/workflows/**",
      ".github/actions/**",
      ".orch.yml",
      ".orchestrator.yml",
      "**/AGENTS.md",
      "**/CLAUDE.md",
      "**/.claude/**",
      "**/.codex/**",
      "**/.mcp.json",
      "**/opencode.json",
      "**/opencode.jsonc",
      "**/.opencode/**",
      "**/.env",
      "**/.envrc",
      ".gitmodules",
    ],
    max_files: 200,
    max_bytes: 5 * MEBIBYTE,
    max_file_bytes: MEBIBYTE,
  },
  merge: { policy: defaultPolicy.merge },
  sandbox: { mode: "auto", network: "open" },
  retention: { attempts_days: 30 },
  instructions: { files: ["AGENTS.md", "CLAUDE.md", "README.md"] },
} as const;

/** The drivers that exist, each with the command that it starts unless another is configured. */
export const drivers: Readonly<Record<string, readonly string[]>> = {
  claude: ["claude"],
  codex: ["codex"],
  kimi: ["claude"],
  minimax: ["claude"],
  opencode: ["opencode"],
  acp: [],
  command: [],
  replay: [],
};
