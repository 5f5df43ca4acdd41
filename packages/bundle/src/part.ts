/** One file that the archive may hold. */
export interface Part {
  /** Its path in the archive, in orch's own words: lower-case ASCII, at most 99 characters. */
  readonly name: string;
  /** What it is, for whoever looks before sending: one sentence without a full stop. */
  readonly what: string;
  /** Most bytes of it. Of a text that is longer the last lines are kept; plain data that is larger is left out. */
  readonly mostBytes: number;
  /**
   * Gives a text, or plain data, which becomes JSON; undefined where there is nothing. What it throws becomes the reason
   * why the part is missing.
   */
  readonly read: () => Promise<unknown>;
}
