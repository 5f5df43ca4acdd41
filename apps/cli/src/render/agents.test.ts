import { expect, test } from "vitest";

import { renderAgents } from "./agents.ts";
import { createStyle } from "./style.ts";

test("agents that are here say what they can do", () => {
  const known = { driver: "codex", login: "unknown" } as const;
  const text = renderAgents(
    {
      agents: [
        { ...known, name: "codex", installed: true, capabilities: ["steer", "resume"] },
        { ...known, name: "kimi", installed: false, capabilities: ["steer"], hint: "Install it." },
        { ...known, name: "other", installed: true, capabilities: [] },
      ],
    },
    { style: createStyle(false), columns: 80 },
  );
  expect(text).toContain("codex takes messages while it works, goes on with its conversation");
  expect(text).not.toMatch(/(?:kimi|other) takes/);
});
