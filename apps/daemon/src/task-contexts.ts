import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { contextFile, homePaths } from "@orch/config";
import type { Logger, TaskRef } from "@orch/core";
import type { TaskContexts } from "@orch/runner";
import { readRegularFile, replaceFile } from "@orch/security";

const MOST_BYTES = 1024 * 1024;

/**
 * The files in which something is kept for single tasks (seed row A77). A file of an earlier orch names no project: it is
 * read where it can only mean this one, and never written to.
 */
export function createTaskContexts(
  home: string,
  { projects, logger }: { readonly projects: { list(): readonly unknown[] }; readonly logger: Logger },
): TaskContexts {
  const folder = homePaths(home).contexts;
  const own = (ref: TaskRef): string => join(ref.project, contextFile(ref.id));

  async function textOf(name: string): Promise<string | undefined> {
    const read = await readRegularFile(folder, name, MOST_BYTES);
    if (read.ok) return read.value.toString("utf8");
    if (read.error === "absent") return "";
    logger.warn({ file: join(folder, name), why: read.error }, "what is kept for a task could not be read");
    return undefined;
  }

  return {
    async read(ref) {
      const names = [...(projects.list().length === 1 ? [contextFile(ref.id)] : []), own(ref)];
      const texts = await Promise.all(names.map((name) => textOf(name)));
      const said = texts.map((text) => text?.trim() ?? "").filter((text) => text !== "");
      return said.join("\n\n");
    },
    async change(ref, how) {
      const before = await textOf(own(ref));
      if (before === undefined) return;
      const text = how(before);
      if (Buffer.byteLength(text) > MOST_BYTES) {
        logger.warn({ file: join(folder, own(ref)) }, "what is kept for a task is full; nothing more is written there");
        return;
      }
      const path = join(folder, own(ref));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replaceFile(path, text, { soleWriter: true });
    },
  };
}
