import type { Violation } from "../violation.ts";
import type { Member, Workspace } from "../workspace.ts";

/** Every member's README has a sentence, an example, a table of exports and its prohibitions. */
export function checkReadmes(workspace: Workspace): readonly Violation[] {
  return workspace.members.flatMap((member) =>
    missingParts(member).map((message) => ({ where: `${member.folder}/README.md`, message })),
  );
}

function missingParts(member: Member): readonly string[] {
  const { readme, manifest } = member;
  if (readme === undefined) return ["is missing"];
  const missing: string[] = [];
  const [title, sentence = ""] = readme.split("\n").filter((line) => line.trim() !== "");
  if (title !== `# ${manifest.name}`) missing.push(`must begin with "# ${manifest.name}"`);
  if (!/^[A-Z].{10,200}\.$/.test(sentence)) missing.push("needs one sentence below its title");
  if (!/^```(ts|sh|json|yaml|text)\n/m.test(readme)) missing.push("needs an example code block");
  if (!/^\| *(export|command|file)s? *\|/im.test(readme)) missing.push("needs a table of exports");
  if (!/^## Never$/m.test(readme)) missing.push('needs a section "## Never"');
  return missing;
}
