import { configJsonSchema, knownKeys } from "./known-keys.ts";
import { answeredKeys, renamedKeys, unusedKeys } from "./seed-keys.ts";
import { CONFINEMENT_VARIABLE, confinementKeys } from "./seed-sandbox.ts";

const HEAD = `# Configuration

Generated from the schema in \`packages/config\`; change it there and run \`pnpm --filter @orch/config generate\`.

- \`~/.orch/config.yml\` is the global file; \`ORCH_HOME\` names another folder than \`~/.orch\`.
- \`.orch.yml\` is a project's file: the nearest one from the current folder up to the root of the repository. \`.orchestrator.yml\` is read, too, with a notice.
- Both are merged key by key; the project wins. Lists are replaced as a whole.
- \`\${NAME}\` in a value is the environment variable; \`\${NAME:-text}\` has a text for when it is unset or empty; \`$\${\` is a plain \`\${\`.
- Durations are seconds, or texts such as \`30s\`, \`5m\`, \`1h\`.
- An unknown key is an error. A changed file is taken up at once; a broken one changes nothing until it is repaired.
- Editors can use [the JSON Schema](../packages/config/schema.json).

## Keys
`;

/** `docs/config.md`: every key with its default and its meaning. */
export function configDocs(): string {
  const keys = knownKeys().map(({ key, fallback, description }) => [`\`${key}\``, shown(fallback), description]);
  const renamed = Object.entries(renamedKeys).map(([old, now]) => [`\`${old}\``, `\`${now}\``]);
  return [
    HEAD,
    table(["key", "default", "meaning"], keys),
    "\n## Old names\n",
    table(["written", "read as"], renamed),
    "\n## Sandboxes of earlier systems\n",
    "These are understood, and loosen nothing: orch's own sandbox is around every session. `orch config` and `orch doctor` say what yours come to; a value `read-only` is an error.\n",
    ...[...confinementKeys, CONFINEMENT_VARIABLE].map((key) => `- \`${key}\``),
    "\n## Decided otherwise\n",
    table(
      ["written", "here"],
      Object.entries(answeredKeys).map(([key, answer]) => [`\`${key}\``, answer]),
    ),
    "\n## Known, but not used yet\n",
    "Keys of the systems that orch grew out of. They are no error; `orch config` lists those that you have.\n",
    ...unusedKeys.map((key) => `- \`${key}\``),
    "",
  ].join("\n");
}

/** `schema.json`, in the repository's format: a list of texts stands on one line where it fits. */
export function schemaText(): string {
  const text = JSON.stringify(configJsonSchema(), null, 2);
  const short = text.replaceAll(
    /^( *.*)\[\n([^[\]{}]*)\n *\](,?)$/gm,
    (whole: string, before: string, ...rest: string[]) => {
      const line = `${before}[${(rest[0] ?? "").replaceAll(/\n? +/g, " ").trim()}]${rest[1] ?? ""}`;
      return line.length <= 120 ? line : whole;
    },
  );
  return `${short}\n`;
}

function shown(fallback: unknown): string {
  if (fallback === undefined) return "";
  const items: readonly unknown[] = Array.isArray(fallback) ? fallback : [fallback];
  return items.map((item) => `\`${String(item)}\``).join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...escaped.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...escaped.map(line)].join("\n");
}
