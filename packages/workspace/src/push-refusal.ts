const LONGEST = 600;
/** The repository's own end of the push said no: a rule, a hook, a protected branch, what a commit holds. */
const REFUSED = /^ ! \[remote rejected\] .*\((.*)\)$/m;
/** Nobody's rule: another push came first, somebody has just checked the branch out, or the repository itself failed. */
const PASSING =
  /currently checked out|cannot lock|failed to (?:lock|update ref)|internal (?:server )?error|unpack|timed? ?out|try again/i;
/** GitHub names its rules so, and says them before what git adds, which long lists of findings cut off. */
const GITHUB_RULE = /^remote: error: GH\d{3}:/m;
const NO_RIGHT = /requested URL returned error: 403/;

/** What a repository that refuses a push for good says, on one line; undefined: the next try may go well. */
export function refusalIn(stderr: string): string | undefined {
  const why = REFUSED.exec(stderr)?.[1];
  const isRule = GITHUB_RULE.test(stderr) || (why !== undefined && !PASSING.test(why));
  if (!isRule && !NO_RIGHT.test(stderr)) return undefined;
  const lines = stderr.split("\n").flatMap((line) => /^remote: ?(.*?)\s*$/.exec(line)?.[1]?.trim() ?? []);
  const said = [...lines.filter((line) => line !== ""), ...(why === undefined ? [] : [`(${why})`])].join(" ");
  return said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said;
}
