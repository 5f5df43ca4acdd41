// Set up by vitest before each file of this package.
import { afterAll } from "vitest";

import { closeBenches } from "./orch-bench.ts";

afterAll(closeBenches);
