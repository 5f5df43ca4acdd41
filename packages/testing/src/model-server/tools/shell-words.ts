/** Quotes a text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command that writes exactly this text to a file and makes its folder. */
export function writeCommand(path: string, content: string): string {
  const file = shellQuote(path);
  return `mkdir -p "$(dirname -- ${file})" && printf %s ${shellQuote(content)} > ${file}`;
}
