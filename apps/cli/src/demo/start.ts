import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import { orchError } from "@orch/core";

import { runCli } from "../cli.ts";
import type { Host } from "../host.ts";
import { quoted } from "../render/quoted.ts";
import { createStyle } from "../render/style.ts";
import { fromCheckout } from "./demo-place.ts";
import { runDemo } from "./demo.ts";

const HELP = `npm start                                      see orch at work on a small repository of its own
npm start -- <repository> "<what you want>"    let it work on yours; the result is a branch
                                               flags of orch run may follow, such as --check "npm test"
`;

/** What `npm start` does: the demo, or `orch run` in the repository that is named. Gives the exit code. */
export async function start(host: Host): Promise<number> {
  const [repository, ...words] = host.argv;
  if (repository === undefined) return runDemo(host);
  if (repository === "--help" || repository === "-h") {
    host.out.write(HELP);
    return 0;
  }
  if (repository.startsWith("-") || words.length === 0) {
    throw orchError("usage", words.length === 0 ? "what you want is missing" : `there is no flag ${repository}`, {
      hint: 'Use: npm start, or npm start -- <repository> "<what you want>"',
    });
  }
  const folder = resolve(host.folder, repository);
  if (!(await isFolder(folder))) {
    throw orchError("not_a_repository", `${folder} is not a folder`, {
      hint: 'Name a git repository: npm start -- /path/to/repository "what you want"',
    });
  }
  const exitCode = await runCli({ ...host, folder, argv: ["run", ...words] });
  if (!words.includes("--json") && (exitCode === 0 || exitCode === 4)) {
    const style = createStyle(host.out.isTerminal && host.colorAllowed);
    host.out.write(`\n${style.dim("orch is here:")} cd ${quoted(folder)} && ${fromCheckout(folder, "…")}\n`);
  }
  return exitCode;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
