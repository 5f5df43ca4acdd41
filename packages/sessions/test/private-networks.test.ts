/** A name that is allowed may not turn out to be a machine of the person's own network (SECURITY D6). */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { checkSandboxes } from "../src/index.ts";

const working = await checkSandboxes();
const PROGRAM = join(import.meta.dirname, "fixtures", "ask-proxy-main.ts");

const PRIVATE = [
  "10.0.0.1",
  "100.64.0.1",
  "127.0.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.254",
  "192.0.0.8",
  "192.168.1.1",
  "198.18.0.1",
  "198.19.255.254",
  "0.0.0.0",
  "::1",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "::ffff:10.0.0.1",
  "64:ff9b::a00:1",
];
/** Beside the ranges above, and nobody's: they are dialled. */
const OTHERS = ["203.0.113.7", "198.51.100.7", "172.32.0.1", "100.128.0.1", "192.0.2.7"];

test.runIf(working.srt.works)(
  "names that lead to private networks are refused, and no others",
  { timeout: 60_000 },
  async () => {
    const words = ["--conditions=@orch/source", PROGRAM, ...PRIVATE, ...OTHERS];
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 30_000 });
    const said = JSON.parse(stdout) as readonly string[];
    const refused = [...PRIVATE, ...OTHERS].filter((_, index) => said[index] === "403");
    expect(refused).toEqual(PRIVATE);
  },
);
