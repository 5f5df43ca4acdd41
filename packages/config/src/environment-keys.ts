import { z } from "zod";

import { defaults } from "./defaults.ts";
import { key, text } from "./written-values.ts";

const port = z.int("must be a port").min(1024, "must be at least 1024").max(65_535, "must be at most 65535");

/** The keys of `environment`: what each task has to itself outside its clone. */
export const environment = z.strictObject({
  ports: key(
    z.strictObject({
      base: key(port, "The first port of the first block.", defaults.environment.ports.base),
      size: key(
        z.int("must be a whole number").min(0, "must be at least 0").max(1000, "must be at most 1000"),
        "Ports of one task; 0 is none.",
        defaults.environment.ports.size,
      ),
      last: key(port, "The last port that a block may have.", defaults.environment.ports.last),
    }),
    "The ports that tasks get, each a block of its own from its first attempt until its clone goes; only in the global file.",
  ),
  variables: key(
    z.record(z.string(), text),
    "Variables of hooks, checks and agents; placeholders `{{port}}`, `{{port_0}}` and on, `{{task}}`, `{{slug}}`, `{{branch}}`, `{{clone}}`, `{{db}}`, `{{compose}}`. Those of a project's file reach its hooks and checks, and agents where the project is `trusted`.",
  ),
});
