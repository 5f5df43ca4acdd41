/** One step of `npm test`: a tool, run at the root of the checkout. */
export interface Gate {
  readonly name: string;
  /** A tool of `node_modules/.bin`. */
  readonly tool: string;
  readonly args: readonly string[];
  /** The gate exists only when this workspace folder's manifest has this script. */
  readonly onlyWithScript?: { readonly folder: string; readonly script: string };
  /** Runs beside the gate that follows it, with the processor time that is left, and is reported after it. */
  readonly beside?: true;
}

/** All gates, in order: the quick ones first. */
export const GATES: readonly Gate[] = [
  { name: "format", tool: "oxfmt", args: ["--check"] },
  { name: "lint", tool: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "types", tool: "tsc", args: [] },
  { name: "bootstrap-types", tool: "tsc", args: ["-p", ".ci/tsconfig.json"] },
  // Before the tests, which start what it makes.
  { name: "build", tool: "turbo", args: ["run", "build", "--output-logs=errors-only"] },
  // The tests wait for processes and clocks a third of their time; the simulation does nothing but compute.
  {
    name: "simulation",
    tool: "pnpm",
    args: ["--silent", "--filter", "@orch/testing", "run", "sim"],
    onlyWithScript: { folder: "packages/testing", script: "sim" },
    beside: true,
  },
  { name: "tests", tool: "vitest", args: ["run", "--reporter=default"] },
  { name: "knip", tool: "knip", args: ["--no-progress", "--no-config-hints"] },
  { name: "packed", tool: "node", args: ["packages/repo-checks/src/packed/packed-main.ts"] },
];
