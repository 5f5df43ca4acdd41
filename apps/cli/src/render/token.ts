import type { CommandResults } from "@orch/api";

import { oneLine } from "./style.ts";
import type { Canvas } from "./table.ts";

/** A one-time token and what it approves. */
export function renderToken(data: CommandResults["task request-pr"], { style }: Canvas): string {
  const { task, token, expiresAt, base, branch, commit, failed, warnings } = data;
  return [
    `${style.bold(task.id)} ${oneLine(task.title)}`,
    `approves ${commit.slice(0, 12)} of ${oneLine(branch)}, for ${oneLine(base)}`,
    ...failed.map((code) => style.yellow(`lacks    ${code}`)),
    ...warnings.map((code) => style.dim(`note     ${code}`)),
    `token    ${style.bold(token)}`,
    style.dim(
      `once, until ${new Date(expiresAt).toISOString().slice(0, 16).replace("T", " ")} UTC; it is not shown again`,
    ),
    "",
    `  ${style.cyan(`orch task approve ${task.id} --token ${token}`)}`,
  ].join("\n");
}
