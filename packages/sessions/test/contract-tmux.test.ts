import { describeSessions, programWorks } from "@orch/testing";
import { describe } from "vitest";

import { openBench } from "./bench.ts";

describe.runIf(programWorks("tmux", ["-V"]))("where tmux is installed", () => {
  describeSessions("tmux", { make: () => openBench("tmux") });
});
