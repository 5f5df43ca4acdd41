// Set up by vitest before each test file.
import { afterAll } from "vitest";

import { closeBenches } from "./open-benches.ts";

afterAll(closeBenches);
