// Whole phrases of known programs; never a bare word, which an agent may use of something else.
const PHRASES: readonly RegExp[] = [
  /\b(?:Permission denied|EACCES|EPERM|Operation not permitted)\b/,
  /\b(?:Read-only file system|read-only file system|EROFS)\b/,
  /\bfatal: not a git repository\b/,
  /\bindex\.lock': File exists\b/,
  /\b(?:Authentication failed|401 Unauthorized|403 Forbidden)\b/,
  /\b(?:command not found|No such file or directory)\b/,
];

/** True when an agent's last words name something that another try would meet again (seed row C50). */
export function isHardFailure(words: string): boolean {
  const text = words.slice(-2_000);
  return PHRASES.some((phrase) => phrase.test(text));
}
