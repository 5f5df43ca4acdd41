/** What comes before a text that would be taken for a command. */
const PREFACE = "A person says:\n";

/**
 * A text as a command line takes it for words: one that begins with a slash would be run as a command of its own, and
 * its model would never hear it (Claude Code 2.1.329, claude-agent-acp 0.101.0, Kimi Code 2.1.0).
 */
export function asWords(text: string): string {
  return /^\s*\//.test(text) ? `${PREFACE}${text}` : text;
}
