/** One request that came in, git's included. */
export interface GitHubRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** Who it was: a login, `installation:ID`, or `anonymous`. */
  readonly who: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The answer's status; 0 when the connection was cut or no answer was given yet. */
  status: number;
}
