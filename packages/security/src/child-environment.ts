/** What a child process's environment is made from. */
export interface ChildEnvironmentRequest {
  /** Names to take over from `source` beyond the usual ones; a trailing `*` stands for any ending. */
  readonly allow: readonly string[];
  /** Variables set by orch itself, such as `HOME` and an agent's placeholder key; they are not filtered. */
  readonly set: Readonly<Record<string, string>>;
  /** The environment to take over from. */
  readonly source: Readonly<Record<string, string | undefined>>;
}

const USUAL = ["PATH", "TERM", "COLORTERM", "LANG", "LC_*", "TZ", "TMPDIR"];

const NEVER = [
  /^(?:GH|GITHUB|GITLAB)_/,
  /^SSH_/,
  /^TMUX/,
  /^NODE_(?:OPTIONS|EXTRA_CA_CERTS|PATH|REPL)/,
  /^GIT_/,
  /^AWS_/,
  /^(?:AZURE|GOOGLE|GCLOUD|CLOUDSDK|KUBE)/,
  /^DBUS_/,
  /^(?:LD|DYLD)_/,
  /^(?:BASH_ENV|ENV|PROMPT_COMMAND|PYTHONSTARTUP|PERL5OPT|RUBYOPT)$/,
  /^ORCH_/,
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|APIKEY|_KEY|_PAT|_AUTH|AUTHORIZATION)S?$/,
  /(?:^|_)(?:PASS|JWT|COOKIES?|DSN|CUSTOM_HEADERS|WEBHOOK_URL)$/,
  /_PWD$/,
];

/** True for names that a child must not inherit, even when asked for (SECURITY 5.2). Case does not matter. */
export function isNeverInherited(name: string): boolean {
  return NEVER.some((pattern) => pattern.test(name.toUpperCase()));
}

/** True for names whose values are secret by all that the name says. Case does not matter. */
export function isSecretName(name: string): boolean {
  return (
    isNeverInherited(name) &&
    /TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH|_PAT|_PWD|JWT|COOKIE|DSN|HEADERS|WEBHOOK/i.test(name)
  );
}

/**
 * The whole environment of a child process: what is allowed by name, without anything on the never-list, and then what
 * orch sets. `HOME` is never inherited; give it in `set`.
 */
export function childEnvironment(request: ChildEnvironmentRequest): Readonly<Record<string, string>> {
  const allowed = [...USUAL, ...request.allow];
  const taken: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.source)) {
    if (value === undefined || name === "HOME" || isNeverInherited(name)) continue;
    if (allowed.some((pattern) => fits(pattern, name))) taken[name] = value;
  }
  return { ...taken, ...request.set };
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
