/** The whole story of GitHub, played from a recording. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Recording } from "@orch/agents";
import { atOnce, tempFolder } from "@orch/testing";
import { test } from "vitest";

import { playStory, TRIES } from "./github-story.ts";

const RECORDING: Recording = {
  attempts: TRIES.map(({ told, edits, commit, says }, index) => ({
    attempt: index + 1,
    when: told,
    steps: [
      // It has heard somebody before it begins.
      ...(index === 0 ? [{ hear: true } as const] : []),
      ...edits,
      ...(commit === undefined ? [] : [{ run: ["git", "commit", "--quiet", "--all", "--message", commit] }]),
      { say: says },
      { report: { status: "done", summary: says } },
    ],
  })),
};

test.concurrent.for([true, false])("webhooks: %s", { timeout: 480_000 }, (webhooks, context) =>
  atOnce(context, async () => {
    const recording = join(await tempFolder("orch-recording"), "recording.json");
    await writeFile(recording, JSON.stringify(RECORDING));
    const settings = { driver: "replay", options: { recording } };
    await playStory({ webhooks, agent: { name: "player", settings, goOn: () => undefined } });
  }),
);
