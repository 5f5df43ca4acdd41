/** A kind of secret that is known by its shape. */
export interface SecretRule {
  /** Short name, shown in findings and in place of the secret. */
  readonly name: string;
  /** Global; linear in the text: bounded repeats only. A group named `keep` is a prefix that stays visible. */
  readonly pattern: RegExp;
  /** What every match holds: without it the pattern need not be tried. */
  readonly hint?: string;
  /** It begins with one of `TOKEN_BEGINNINGS`; one look for all of them spares most texts the others. */
  readonly token?: true;
  /** A second look at what was found; absent: the shape is proof enough. */
  readonly accept?: (secret: string) => boolean;
}

const PLACEHOLDER = /^(?:x+|\*+|\.+|.{0,20}(?:your|example|placeholder|changeme|dummy|redacted).*)$/i;
const EXPRESSION = /[(){}$<>[\]]|^(?:process|os|env|import|config|self|this)\./;

/** In the place of a password: a variable or a blank to fill in. */
const REFERENCE = /^(?:[$%][A-Za-z_{(]|[{(<[])|\$\{|\$\(|\{\{|^(?:process|os|env|import|config|self|this)\./;

/** At least the length of the longest match of any rule. */
export const LONGEST_MATCH = 18 * 1024;

/** How the rules marked `token` begin. */
export const TOKEN_BEGINNINGS: RegExp =
  /gh[pousr]_|github_pat_|gl[a-z]{2,5}-|(?<![A-Za-z0-9](?<!\\.))sk-|xai-|gsk_|hf_|AIza|xox[a-z]-|xapp-|npm_|pypi-AgEI|k_(?:live|test)_|SG\.|lin_[ao]|ntn_|do[opr]_v1_|shp[a-z]{2}_|gl(?:sa|c)_|vc[aikpr]_|cf(?:k|at|ut)_|hv[bsr]\.|dapi[0-9a-f]|dckr_|figd_|tskey-|ops_eyJ|v1\.0-|AGE-SECRET-KEY-1/;

/** Not in the middle of a word; the letter of an escape such as `\n` is no part of one. */
const START = String.raw`(?<!(?<!\\)[A-Za-z0-9])`;
/** Between a name and its value: `=`, `:`, quotes, also escaped ones, on one line. */
const GIVES = String.raw`(?:\\{0,3}["'])?[ \t]{0,4}[:=]>?[ \t]{0,4}(?:\\{0,3}["'\x60])?`;

/** The own rules, most specific first. None but that for private keys goes over a line's end. */
export const secretRules: readonly SecretRule[] = [
  {
    name: "private-key",
    hint: "PRIVATE KEY",
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){0,16384}(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  token("github-token", "gh", "gh[pousr]_[A-Za-z0-9]{36,255}"),
  token("github-token", "github_pat_", "github_pat_[A-Za-z0-9_]{22,255}"),
  token(
    "github-token",
    "ghs_",
    String.raw`ghs_[0-9]{1,20}_[A-Za-z0-9_-]{10,1000}\.[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,1000}`,
  ),
  token("gitlab-token", "gl", "gl(?:pat|oas|rt|cbt|ptt|dt|ft|soat|imt|agent)-[A-Za-z0-9_.-]{20,255}"),
  token("anthropic-key", "sk-ant-", "sk-ant-[a-z]{2,12}[0-9]{2}-[A-Za-z0-9_-]{20,255}"),
  token("openrouter-key", "sk-or-", "sk-or-v1-[0-9a-f]{32,128}"),
  token("openai-key", "sk-", "sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,255}"),
  token("openai-key", "T3BlbkFJ", "sk-[A-Za-z0-9]{20,64}T3BlbkFJ[A-Za-z0-9]{20,64}"),
  { ...token("api-key", "sk-", String.raw`sk-[A-Za-z0-9]{32,128}\b`), accept: isMixed },
  token("xai-key", "xai-", "xai-[A-Za-z0-9]{40,128}"),
  token("groq-key", "gsk_", "gsk_[A-Za-z0-9]{40,128}"),
  token("huggingface-token", "hf_", "hf_[A-Za-z0-9]{30,128}"),
  shaped("aws-access-key-id", String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`),
  {
    name: "aws-secret-key",
    pattern: new RegExp(
      String.raw`(?<keep>aws.{0,20}?(?:secret|access).{0,20}?key${GIVES})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])`,
      "gi",
    ),
  },
  token("google-api-key", "AIza", "AIza[A-Za-z0-9_-]{35}"),
  shaped("google-oauth", String.raw`(?:ya29\.[A-Za-z0-9_-]{20,500}|GOCSPX-[A-Za-z0-9_-]{28})`),
  token("slack-token", "xox", "xox[abeoprs]-[A-Za-z0-9-]{10,255}"),
  token("slack-token", "xapp-", "xapp-[0-9]-[A-Za-z0-9-]{20,255}"),
  {
    name: "slack-webhook",
    hint: "hooks.slack.com",
    pattern: /(?<keep>hooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9/_-]{20,200}/g,
  },
  { ...shaped("telegram-token", String.raw`[0-9]{8,12}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])`), hint: ":AA" },
  shaped("discord-token", String.raw`[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}`),
  {
    name: "discord-webhook",
    hint: "/api/webhooks/",
    pattern: /(?<keep>discord(?:app)?\.com\/api\/webhooks\/[0-9]{15,22}\/)[A-Za-z0-9_-]{40,100}/g,
  },
  {
    name: "jwt",
    hint: "eyJ",
    pattern: /(?<!(?<!\\)[A-Za-z0-9]|[_-])eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,4000}/g,
  },
  token("npm-token", "npm_", String.raw`npm_[A-Za-z0-9]{36}\b`),
  {
    name: "npm-token",
    hint: ":_",
    pattern: new RegExp(String.raw`(?<keep>:_(?:authToken|password)${GIVES})[A-Za-z0-9+/=_-]{16,400}`, "g"),
  },
  token("pypi-token", "pypi-AgEI", "pypi-AgEIcHlwaS[A-Za-z0-9_-]{20,400}"),
  token("stripe-key", "k_", "[rs]k_(?:live|test)_[A-Za-z0-9]{16,128}"),
  token("sendgrid-key", "SG.", String.raw`SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`),
  token("linear-key", "lin_", "lin_(?:api|oauth)_[A-Za-z0-9_]{32,128}"),
  token("notion-token", "ntn_", String.raw`ntn_[0-9]{11}[A-Za-z0-9]{35}\b`),
  token("digitalocean-token", "_v1_", "do[opr]_v1_[0-9a-f]{64}"),
  token("shopify-token", "shp", "shp(?:at|ca|pa|ss)_[A-Za-z0-9]{32,64}"),
  token("grafana-token", "glc_", "glc_[A-Za-z0-9+/]{32,400}={0,2}"),
  token("grafana-token", "glsa_", "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
  token("vault-token", "hv", String.raw`hv[bsr]\.[A-Za-z0-9_-]{24,255}`),
  token("databricks-token", "dapi", "dapi[0-9a-f]{32}"),
  token("docker-token", "dckr_", "dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,128}"),
  token("figma-token", "figd_", "figd_[A-Za-z0-9_-]{40,128}"),
  token("tailscale-key", "tskey-", "tskey-[a-z]{2,20}-[A-Za-z0-9_]{8,40}-[A-Za-z0-9_]{16,64}"),
  token("1password-token", "ops_eyJ", "ops_eyJ[A-Za-z0-9+/=_-]{100,4000}"),
  token("cloudflare-ca-key", "v1.0-", String.raw`v1\.0-[0-9a-f]{24}-[0-9a-f]{146}`),
  token("cloudflare-token", "cf", "cf(?:k|at|ut)_[A-Za-z0-9]{40}[0-9a-f]{8}"),
  { ...token("vercel-token", "vc", String.raw`vc[aikpr]_[A-Za-z0-9]{20,60}\b`), accept: isMixed },
  token("age-key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1[0-9A-Z]{58}"),
  {
    name: "authorization-header",
    pattern: new RegExp(
      String.raw`(?<keep>authorization${GIVES}(?:bearer|basic|token|digest)[ \t]{1,4})[A-Za-z0-9+/=._~-]{8,8000}`,
      "gi",
    ),
    accept: (secret) => !PLACEHOLDER.test(secret),
  },
  {
    name: "api-key-header",
    pattern: new RegExp(String.raw`(?<keep>x-api-key${GIVES})[A-Za-z0-9+/=._~-]{16,400}`, "gi"),
    accept: isRandom,
  },
  {
    name: "url-password",
    hint: "://",
    pattern: /(?<keep>(?<=[a-z0-9]):\/\/[^\s:@/"'`\\]{0,100}:)[^\s@/"'`\\]{3,200}(?=@)/gi,
    accept: (secret) => !PLACEHOLDER.test(secret) && !REFERENCE.test(secret),
  },
  {
    name: "assigned-secret",
    pattern: new RegExp(
      // The name before these words is not looked at: starting at each word of a text would cost most of the time.
      String.raw`(?<keep>(?:(?<=_|access|auth|refresh)TOKEN|(?<=_|client)SECRET|(?<!cache|public|primary|foreign|sort|partition|routing)_KEY|API_?KEY|(?<=secret|private|access)KEY|PASS(?:WORD|WD|PHRASE)|CREDENTIALS)${GIVES})[^\s"'\x60,;\\]{8,400}`,
      "gi",
    ),
    accept: isRandom,
  },
];

function token(name: string, hint: string, shape: string): SecretRule {
  return { ...shaped(name, shape), hint, token: true };
}

function shaped(name: string, shape: string): SecretRule {
  return { name, pattern: new RegExp(START + shape, "g"), accept: isNoBlank };
}

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts.values()].reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
}

/** Not a form to fill in, such as `ghp_xxxxxxxxxxxxxxxxxxxx`. */
function isNoBlank(text: string): boolean {
  return !/(.)\1{15}$/.test(text);
}

function isMixed(text: string): boolean {
  return /[0-9]/.test(text) && /[A-Za-z]/.test(text);
}

/** Looks like drawn by lot: long, letters and digits, no expression of a programming language, no stand-in word. */
function isRandom(text: string): boolean {
  return (
    text.length >= 12 && isMixed(text) && !PLACEHOLDER.test(text) && !EXPRESSION.test(text) && entropyOf(text) >= 3
  );
}
