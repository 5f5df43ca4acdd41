/** A kind of secret that is known by its shape. */
export interface SecretRule {
  /** Short name, shown in findings and in place of the secret. */
  readonly name: string;
  /** Global; linear in the text: bounded repeats only. A group named `keep` is a prefix that stays visible. */
  readonly pattern: RegExp;
  /** A second look at what was found; absent: the shape is proof enough. */
  readonly accept?: (secret: string) => boolean;
}

const PLACEHOLDER = /^(?:x+|\*+|\.+|.{0,20}(?:your|example|placeholder|changeme|dummy|redacted).*)$/i;
const EXPRESSION = /[(){}$<>[\]]|^(?:process|os|env|import|config|self|this)\./;

/** The own rules, most specific first. */
export const secretRules: readonly SecretRule[] = [
  {
    name: "private-key",
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){0,16384}(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  { name: "github-token", pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}/g },
  { name: "github-token", pattern: /\bgithub_pat_[A-Za-z0-9_]{22,255}/g },
  { name: "gitlab-token", pattern: /\bgl(?:pat|oas|rt|cbt|ptt|dt|ft)-[A-Za-z0-9_.-]{20,255}/g },
  { name: "anthropic-key", pattern: /\bsk-ant-[a-z]{2,12}[0-9]{2}-[A-Za-z0-9_-]{20,255}/g },
  { name: "openrouter-key", pattern: /\bsk-or-v1-[0-9a-f]{32,128}/g },
  { name: "openai-key", pattern: /\bsk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,255}/g },
  { name: "openai-key", pattern: /\bsk-[A-Za-z0-9]{20,64}T3BlbkFJ[A-Za-z0-9]{20,64}/g },
  { name: "api-key", pattern: /\bsk-[A-Za-z0-9]{32,128}\b/g, accept: isMixed },
  { name: "xai-key", pattern: /\bxai-[A-Za-z0-9]{40,128}/g },
  { name: "groq-key", pattern: /\bgsk_[A-Za-z0-9]{40,128}/g },
  { name: "huggingface-token", pattern: /\bhf_[A-Za-z0-9]{30,128}/g },
  { name: "aws-access-key-id", pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g },
  {
    name: "aws-secret-key",
    pattern:
      /(?<keep>\baws.{0,20}?(?:secret|access).{0,20}?key["']?\s{0,4}[:=]\s{0,4}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/gi,
  },
  { name: "google-api-key", pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { name: "google-oauth", pattern: /\b(?:ya29\.[A-Za-z0-9_-]{20,500}|GOCSPX-[A-Za-z0-9_-]{28})/g },
  { name: "slack-token", pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g },
  { name: "slack-token", pattern: /\bxapp-[0-9]-[A-Za-z0-9-]{20,255}/g },
  { name: "slack-webhook", pattern: /(?<keep>hooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9/_-]{20,200}/g },
  { name: "telegram-token", pattern: /\b[0-9]{8,12}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g },
  { name: "discord-token", pattern: /\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}/g },
  {
    name: "discord-webhook",
    pattern: /(?<keep>discord(?:app)?\.com\/api\/webhooks\/[0-9]{15,22}\/)[A-Za-z0-9_-]{40,100}/g,
  },
  {
    name: "jwt",
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,4000}/g,
  },
  { name: "npm-token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: "npm-token", pattern: /(?<keep>:_(?:authToken|password)\s{0,4}=\s{0,4}["']?)[A-Za-z0-9+/=_-]{16,400}/g },
  { name: "pypi-token", pattern: /\bpypi-AgEIcHlwaS[A-Za-z0-9_-]{20,400}/g },
  { name: "stripe-key", pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,128}/g },
  { name: "sendgrid-key", pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g },
  { name: "linear-key", pattern: /\blin_(?:api|oauth)_[A-Za-z0-9]{32,128}/g },
  { name: "digitalocean-token", pattern: /\bdo[opr]_v1_[0-9a-f]{64}/g },
  { name: "age-key", pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{58}/g },
  {
    name: "authorization-header",
    pattern:
      /(?<keep>\b(?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:bearer|basic|token|digest)\s{1,4})[A-Za-z0-9+/=._~-]{8,8000}/gi,
    accept: (secret) => !PLACEHOLDER.test(secret),
  },
  {
    name: "api-key-header",
    pattern: /(?<keep>\bx-api-key["']?\s{0,4}[:=]\s{0,4}["']?)[A-Za-z0-9+/=._~-]{16,400}/gi,
    accept: isRandom,
  },
  {
    name: "url-password",
    pattern: /(?<keep>\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"'`]{1,100}:)[^\s@/"'`]{3,200}(?=@)/gi,
    accept: (secret) => !PLACEHOLDER.test(secret) && !EXPRESSION.test(secret),
  },
  {
    name: "assigned-secret",
    pattern:
      /(?<keep>(?<![A-Za-z0-9_])[A-Za-z0-9_]{0,60}(?:_TOKEN|_SECRET|_KEY|APIKEY|API_KEY|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS)["']?\s{0,4}[:=]\s{0,4}["'`]?)[^\s"'`,;]{8,400}/gi,
    accept: isRandom,
  },
];

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts.values()].reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
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
