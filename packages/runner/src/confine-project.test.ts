import { trustTiers, type AgentSettings, type ProjectSettings, type SandboxMode } from "@orch/core";
import { confineProject } from "@orch/security";
import { expect, test } from "vitest";

import { openScene } from "../test/scene.ts";

const SANDBOXES: readonly SandboxMode[] = ["none", "bwrap", "auto", "srt"];
const EGRESS: readonly (readonly string[])[] = [[], ["one.example"], ["*"]];

const cases = trustTiers.flatMap((trust) =>
  SANDBOXES.flatMap((sandbox) =>
    EGRESS.flatMap((egress) => [true, false].map((trusted) => ({ trust, sandbox, egress, trusted }))),
  ),
);

async function plainProject(): Promise<ProjectSettings> {
  return (await openScene()).attemptRun().project;
}

test("what a project allows, a task takes away as far as its words are not trusted, and gives nothing", async () => {
  const project = await plainProject();
  for (const { trust, sandbox, egress, trusted } of cases) {
    const robot: AgentSettings = { driver: "robot", command: [], args: [], env: {}, options: {}, egress };
    const before = { ...project, sandbox, trusted, agents: { robot } };
    const reviewed = { ...before, trusted: false, sandbox: sandbox === "none" ? "auto" : sandbox };
    const permissions = {
      mode: "autonomous",
      allow: [],
      deny: ["WebFetch", "WebSearch", "Edit", "Write", "NotebookEdit"],
    };
    // Only sandbox-runtime filters the network.
    const untrusted = { ...reviewed, sandbox: "srt", permissions, agents: { robot: { ...robot, egress: [] } } };
    expect(confineProject(before, { trust })).toEqual({ trusted: before, reviewed, untrusted }[trust]);
  }
});

test("what the project denies stays denied", async () => {
  const permissions = { mode: "supervised", allow: ["Read"], deny: ["Bash(curl *)", "Edit"] } as const;
  const after = confineProject({ ...(await plainProject()), permissions }, { trust: "untrusted" });
  expect(after.permissions).toEqual({
    ...permissions,
    deny: ["Bash(curl *)", "Edit", "WebFetch", "WebSearch", "Write", "NotebookEdit"],
  });
});
