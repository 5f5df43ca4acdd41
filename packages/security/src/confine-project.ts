import { trustRules, type PermissionRules, type ProjectSettings, type SandboxMode, type TaskSpec } from "@orch/core";

const WEB = ["WebFetch", "WebSearch"];
const WRITING = ["Edit", "Write", "NotebookEdit"];

/** The project's settings for one task: a task takes away what its words are not trusted with, and gives nothing (D3). */
export function confineProject(project: ProjectSettings, task: Pick<TaskSpec, "trust">): ProjectSettings {
  const rules = trustRules(task);
  const denied = [...(rules.web ? [] : WEB), ...(rules.writes ? [] : WRITING)];
  return {
    ...project,
    sandbox: sandboxOf(project.sandbox, rules),
    trusted: project.trusted === true && rules.ownConfiguration,
    ...(denied.length === 0 ? {} : { permissions: withDenials(project.permissions, denied) }),
    ...(rules.widerEgress ? {} : { agents: withoutEgress(project.agents) }),
  };
}

/** Only a sandbox that filters keeps an agent to its model's service. */
function sandboxOf(mode: SandboxMode, rules: ReturnType<typeof trustRules>): SandboxMode {
  if (!rules.widerEgress) return "srt";
  return mode === "none" && !rules.unconfined ? "auto" : mode;
}

function withDenials(known: PermissionRules | undefined, denied: readonly string[]): PermissionRules {
  const { mode, allow, deny } = known ?? { mode: "autonomous" as const, allow: [], deny: [] };
  return { mode, allow, deny: [...new Set([...deny, ...denied])] };
}

function withoutEgress(agents: ProjectSettings["agents"]): ProjectSettings["agents"] {
  return Object.fromEntries(
    Object.entries(agents).map(([name, { egress: _, ...settings }]) => [name, { ...settings, egress: [] }]),
  );
}
