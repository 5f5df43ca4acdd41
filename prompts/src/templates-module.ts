/** The text of `templates.ts`, which carries the templates into every bundle: names in order, each with its text. */
export function templatesModule(texts: Readonly<Record<string, string>>): string {
  const entries = Object.entries(texts)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, text]) => `  ${keyOf(name)}: \`${text.replaceAll(/[\\`]|\$\{/g, (mark) => `\\${mark}`)}\`,\n`);
  return `// Generated from prompts/templates by \`pnpm --filter @orch/prompts generate\`; edit those files.

/** The templates by name. */
export const templates = {
${entries.join("")}} as const;

/** The name of a template. */
export type TemplateName = keyof typeof templates;
`;
}

/** As the formatter wants it: quoted only where it has to be. */
function keyOf(name: string): string {
  return /^[a-z]+$/i.test(name) ? name : `"${name}"`;
}
