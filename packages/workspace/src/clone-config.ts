import type { Identity } from "./context.ts";

/**
 * Files of a person's home that a sandbox may leave in a working tree as empty placeholders (SECURITY 2.3). Names that a
 * project may well want to add, such as `.vscode`, are not among them: excluding them would drop work in silence.
 */
const QUIRKS = [".bash_profile", ".bashrc", ".gitconfig", ".profile", ".ripgreprc", ".zprofile", ".zshrc"];

/** `info/exclude` of every repository that orch makes. Names count only when the project does not track them. */
export const excludeText = `${QUIRKS.map((name) => `/${name}`).join("\n")}\n`;

/** Bytes in a clone are the bytes of the commit: no conversion, no filter program, whatever the tree's attributes say. */
export const attributesText = "* -text -ident -filter !working-tree-encoding\n";

/** The configuration of the daemon's repository. */
export function bareConfig(identity: Identity, objectFormat: "sha1" | "sha256"): string {
  return configText({ identity, objectFormat, bare: true });
}

/** The configuration of a task's clone. */
export function cloneConfig(identity: Identity, objectFormat: "sha1" | "sha256"): string {
  return configText({ identity, objectFormat, bare: false });
}

interface ConfigInput {
  readonly identity: Identity;
  readonly objectFormat: "sha1" | "sha256";
  readonly bare: boolean;
}

function configText({ identity, objectFormat, bare }: ConfigInput): string {
  const foldsCase = process.platform === "darwin" || process.platform === "win32";
  return [
    "[core]",
    `\trepositoryformatversion = ${objectFormat === "sha256" ? 1 : 0}`,
    "\tfilemode = true",
    `\tbare = ${bare}`,
    "\tlogallrefupdates = true",
    ...(foldsCase ? ["\tignorecase = true", "\tprecomposeunicode = true"] : []),
    ...(objectFormat === "sha256" ? ["[extensions]", "\tobjectformat = sha256"] : []),
    "[user]",
    `\tname = ${quoted(identity.name)}`,
    `\temail = ${quoted(identity.email)}`,
    "[commit]",
    "\tgpgsign = false",
    "[gc]",
    "\tauto = 0",
    "",
  ].join("\n");
}

function quoted(text: string): string {
  const plain = text.replaceAll(/\p{Cc}/gu, " ");
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
