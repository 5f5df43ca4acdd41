// Set up by vitest before each test file.
import { afterAll } from "vitest";

import { closeBenches } from "./open-benches.ts";

const LARGE_BYTES = 256 * 1024 * 1024;

afterAll(closeBenches);
// A process is copied page by page whenever it starts another: 400 MB of what nobody needs any more take 14 ms each time.
afterAll(() => {
  if (process.memoryUsage.rss() > LARGE_BYTES) globalThis.gc?.({ type: "major", flavor: "last-resort" });
});
