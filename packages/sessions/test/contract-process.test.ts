import { describeSessions } from "@orch/testing";

import { openBench } from "./bench.ts";

describeSessions("detached processes", { make: () => openBench("process") });
