/** Where something secret was found; never the secret itself. */
export interface SecretFinding {
  /** The name of the rule, such as `github-token`. */
  readonly rule: string;
  /** Position in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Finds and hides secrets, before every way out. Must not throw; what it can't judge it hides. */
export interface Redactor {
  redact(text: string): string;
  find(text: string): readonly SecretFinding[];
  /** As `find`, for long texts: may judge beside the caller's thread, and hides what takes longer than a text may. */
  search(text: string): Promise<readonly SecretFinding[]>;
  /** Makes values known that are to be hidden whatever their shape; at once, and for good. */
  register(secrets: readonly string[]): void;
}
