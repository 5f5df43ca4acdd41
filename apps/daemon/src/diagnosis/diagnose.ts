import { existsSync } from "node:fs";

import type { Part } from "@orch/bundle";
import { homePaths, loadConfig, problemLine } from "@orch/config";
import { systemClock, unwrap } from "@orch/core";
import { createRedactor, openRedactionWorker, type SecretRedactor } from "@orch/security";
import { inspectDatabase } from "@orch/store";

import type { DaemonEnvironment } from "../env.ts";
import { shareableConfig } from "../secrets.ts";
import { teachSecrets } from "./known-secrets.ts";
import { tailPart, taskParts } from "./task-parts.ts";

const CONFIG_BYTES = 256 * 1024;

/** What the report of a fault is to be about. */
export interface DiagnosisRequest {
  readonly environment: DaemonEnvironment;
  /** Where the person is. */
  readonly folder: string;
  /** A task to tell of: `owner/repo#int-5`, or `int-5` where only one project has such a task. */
  readonly task?: string;
}

/** What a home of orch tells about itself. */
export interface Diagnosis extends AsyncDisposable {
  /** Knows every secret that a daemon of this home would know. */
  readonly redactor: SecretRedactor;
  /** Each is read when it is asked for. */
  readonly parts: readonly Part[];
}

/**
 * Looks at a home without a daemon, whatever state it is in, and writes nothing. Throws `task_unknown`, and `usage` when
 * the task's name fits several; what else can't be had is told by the part itself.
 */
export async function diagnose({ environment, folder, task }: DiagnosisRequest): Promise<Diagnosis> {
  await using scope = new AsyncDisposableStack();
  const worker = scope.use(openRedactionWorker({ clock: systemClock }));
  const redactor = createRedactor({ secrets: [], worker });
  await teachSecrets(redactor, { environment, folder });
  const { home, all: env } = environment;
  const { database, logs } = homePaths(home);
  const parts: readonly Part[] = [
    {
      name: "config.json",
      what: "The configuration in effect here; variables of agents and what is secret by its name are hidden",
      mostBytes: CONFIG_BYTES,
      async read() {
        const { config, sources, notices } = unwrap(await loadConfig({ home, folder, env }));
        return {
          files: sources.map(({ path }) => path),
          notices: notices.map((notice) => problemLine(notice)),
          value: shareableConfig(config),
        };
      },
    },
    {
      name: "database.json",
      what: "Schema, migrations, size and integrity of the database, without its content",
      mostBytes: CONFIG_BYTES,
      read: async () => (existsSync(database) ? inspectDatabase(database) : undefined),
    },
    ...(task === undefined ? [] : await taskParts({ home, redactor, task })),
    tailPart({ folder: logs, file: "orch.log", name: "log/orch.log" }, "The end of the daemon's log"),
    tailPart(
      { folder: logs, file: "ephemeral.log", name: "log/ephemeral.log" },
      "What daemons printed that single commands had started",
    ),
  ];
  const owned = scope.move();
  return { redactor, parts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
