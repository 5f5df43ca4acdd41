import { startDaemon } from "../bench-daemon.ts";
import { millis, type Figure, type Measurement } from "../figure.ts";
import { programs, runNode } from "../programs.ts";
import { inTurns } from "../timing.ts";

const ROUNDS = 21;

/** How long a person waits for the command line, against the least that node can do. */
export const cliStart: Measurement = {
  name: "command line start",
  async measure(folder) {
    await using daemon = await startDaemon(folder);
    const start = (program: readonly string[], ...words: readonly string[]) => {
      return (): void => runNode([...program, ...words], daemon.place);
    };
    const calls = {
      nothing: start(programs.nothing),
      version: start(programs.cli, "--version"),
      list: start(programs.cli, "task", "list"),
      versionFromSource: start(programs.cliFromSource, "--version"),
      listFromSource: start(programs.cliFromSource, "task", "list"),
    };
    // The first round fills the compile cache and the disk's.
    await inTurns(1, calls);
    const times = await inTurns(ROUNDS, calls);
    const figure = (name: string, time: number): Figure => ({
      name,
      ratio: time / times.nothing,
      yardstick: "node -e 0",
      seen: `${millis(time)}; node -e 0 ${millis(times.nothing)}`,
    });
    return [
      { ...figure("orch --version", times.version), goal: 2 },
      { ...figure("orch task list", times.list), goal: 2 },
      figure("orch --version, from source", times.versionFromSource),
      figure("orch task list, from source", times.listFromSource),
    ];
  },
};
