import { describeSessions } from "@orch/testing";

import { openBench } from "./bench.ts";

describeSessions("tmux", { make: () => openBench("tmux") });
