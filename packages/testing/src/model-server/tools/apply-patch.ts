/** Texts for codex's `apply_patch`, which knows whole lines only. */

/** A patch that creates a file, or replaces one that exists. */
export function addFilePatch(path: string, content: string): string {
  const lines = content.replace(/\n$/, "").split("\n");
  return wrap(`*** Add File: ${path}\n${lines.map((line) => `+${line}`).join("\n")}`);
}

/** A patch that exchanges whole lines. */
export function updateFilePatch(path: string, change: { find: string; replace: string }): string {
  const removed = lines(change.find).map((line) => `-${line}`);
  const added = lines(change.replace).map((line) => `+${line}`);
  return wrap(`*** Update File: ${path}\n@@\n${[...removed, ...added].join("\n")}`);
}

/**
 * Widens a replacement to the whole lines which hold it. Without the file's
 * text, or when it does not hold `find`, the change comes back as it is and the
 * agent's tool will say what is wrong.
 */
export function widenToLines(
  change: { find: string; replace: string },
  fileText: string | undefined,
): { find: string; replace: string } {
  const at = fileText?.indexOf(change.find) ?? -1;
  if (fileText === undefined || at === -1 || change.find === "") {
    return change;
  }
  const start = fileText.lastIndexOf("\n", at - 1) + 1;
  const end = lineEnd(fileText, at + change.find.length);
  const head = fileText.slice(start, at);
  const tail = fileText.slice(at + change.find.length, end);
  return { find: fileText.slice(start, end), replace: head + change.replace + tail };
}

function lineEnd(text: string, from: number): number {
  if (text[from - 1] === "\n") {
    return from;
  }
  const next = text.indexOf("\n", from);
  return next === -1 ? text.length : next + 1;
}

function lines(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function wrap(body: string): string {
  return `*** Begin Patch\n${body}\n*** End Patch\n`;
}
