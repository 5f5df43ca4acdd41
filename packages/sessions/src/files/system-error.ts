/** True when `error` comes from the operating system with one of these codes, such as `ENOENT`. */
export function isOneOf(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

/** What to say of any thrown value in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
