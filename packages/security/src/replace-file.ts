import { open, rename, rm } from "node:fs/promises";

let drafts = 0;

/**
 * Replaces a file durably: a reader sees the old text or the new one, never half of one, and writers at the same instant
 * never touch each other's draft. The file is made afresh, for its owner alone: a link at `path` leads nowhere.
 *
 * `soleWriter`: nobody else writes this file now. Its draft has one name then, so that one which a killed process left
 * is gone after the next write.
 */
export async function replaceFile(
  path: string,
  text: string,
  { soleWriter = false }: { readonly soleWriter?: boolean } = {},
): Promise<void> {
  drafts += 1;
  const draft = soleWriter ? `${path}.part` : `${path}.${process.pid}-${drafts}.part`;
  // Only a dead process with the same id can have left one, or somebody who wants to lead the text elsewhere.
  await rm(draft, { force: true });
  try {
    await writeDraft(draft, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeDraft(draft: string, text: string): Promise<void> {
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
