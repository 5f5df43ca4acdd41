/** Made-up secrets, put together at run time so that no scanner takes this file for a leak. */
const ALPHABET = "aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zC";

/** So many characters that look drawn by lot; every planted secret but that of AWS ids holds the first 16 of them. */
export function secretText(length: number): string {
  return ALPHABET.repeat(Math.ceil(length / ALPHABET.length)).slice(0, length);
}

/** A secret of each kind that a redactor must know by shape, with the part of it that must never be seen. */
export const plantedSecrets: Readonly<Record<string, { readonly text: string; readonly core: string }>> =
  Object.fromEntries(
    Object.entries({
      "github classic": `ghp_${secretText(36)}`,
      "github installation": `ghs_${secretText(36)}`,
      "github fine-grained": `github_pat_${secretText(22)}_${secretText(59)}`,
      gitlab: `glpat-${secretText(20)}`,
      "anthropic api": `sk-ant-api03-${secretText(93)}AA`,
      "anthropic oauth": `sk-ant-oat01-${secretText(90)}`,
      openrouter: `sk-or-v1-${"0a1b2c3d".repeat(8)}`,
      "openai project": `sk-proj-${secretText(80)}`,
      "openai legacy": `sk-${secretText(20)}T3BlbkFJ${secretText(20)}`,
      "other sk": `sk-${secretText(48)}`,
      xai: `xai-${secretText(80)}`,
      groq: `gsk_${secretText(52)}`,
      "hugging face": `hf_${secretText(34)}`,
      "aws id": `AKIA${"ABCDEFGH".repeat(2)}`,
      "aws secret": `aws_secret_access_key = ${secretText(40)}`,
      google: `AIza${secretText(35)}`,
      "google oauth": `ya29.${secretText(60)}`,
      "slack bot": `xoxb-123456789012-${secretText(24)}`,
      "slack app": `xapp-1-A0${secretText(40)}`,
      "slack webhook": `https://hooks.slack.com/services/T0000/B0000/${secretText(24)}`,
      telegram: `123456789:AA${secretText(33)}`,
      discord: `M${secretText(23)}.${secretText(6)}.${secretText(30)}`,
      "discord webhook": `https://discord.com/api/webhooks/${"1".repeat(18)}/${secretText(60)}`,
      jwt: `eyJ${secretText(30)}.eyJ${secretText(40)}.${secretText(43)}`,
      npm: `npm_${secretText(36)}`,
      npmrc: `//registry.example/:_authToken=${secretText(32)}`,
      pypi: `pypi-AgEIcHlwaS${secretText(40)}`,
      stripe: `sk_live_${secretText(24)}`,
      sendgrid: `SG.${secretText(22)}.${secretText(43)}`,
      "private key": `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A\n\n${secretText(64)}\n-----END RSA PRIVATE KEY-----`,
      "open private key": `-----BEGIN OPENSSH PRIVATE KEY-----\n${secretText(64)}`,
      "escaped private key": `-----BEGIN PRIVATE KEY-----\\n${secretText(64)}\\n-----END PRIVATE KEY-----`,
      bearer: `Authorization: Bearer ${secretText(30)}`,
      basic: `"authorization": "Basic ${secretText(30)}="`,
      "url password": `postgres://app:${secretText(16)}@db.example/app`,
      assignment: `export MY_SERVICE_TOKEN="${secretText(24)}"`,
      "json assignment": `{"db_password": "${secretText(16)}"}`,
      "x-api-key": `x-api-key: ${secretText(32)}`,
    }).map(([kind, text]) => [kind, { text, core: coreOf(text) }]),
  );

function coreOf(text: string): string {
  return ["0a1b2c3d0a1b2c3d", "ABCDEFGHABCDEFGH"].find((one) => text.includes(one)) ?? secretText(16);
}

/** Lines as an agent's work brings them up, none of which holds a secret. */
const LINES: readonly ((turn: number) => string)[] = [
  (turn) => `{"type":"assistant","message":{"content":[{"type":"text","text":"Step ${turn}: I will read the file."}]}}`,
  (turn) =>
    `{"type":"tool_use","id":"toolu_${hex(turn, 24)}","name":"Bash","input":{"command":"pnpm vitest run src/step-${turn}.test.ts"}}`,
  (turn) =>
    `{"type":"result","stdout":"\\u001b[32m✓\\u001b[39m src/part-${turn}.test.ts (${turn % 90} tests) ${turn}ms\\n"}`,
  (turn) => `export async function loadPart${turn}(options: LoadOptions): Promise<readonly Part[]> {`,
  (turn) => `  const token = process.env.SERVICE_${turn}_TOKEN ?? config.tokens.get("service-${turn}");`,
  (turn) =>
    `  if (password.length < ${turn % 40}) throw invalid("the password is too short", { key: "user.password" });`,
  (turn) => `commit ${hex(turn, 40)}\nAuthor: Someone <someone-${turn}@example.test>`,
  (turn) => `index ${hex(turn, 7)}..${hex(turn + 1, 7)} 100644\n--- a/src/part-${turn}.ts\n+++ b/src/part-${turn}.ts`,
  (turn) =>
    `  package-${turn}@${turn % 9}.${turn % 30}.2:\n    resolution: {integrity: sha512-${base64(turn)}==}\n    engines: {node: '>=18'}`,
  (turn) =>
    `"node_modules/part-${turn}": { "version": "1.${turn}.0", "resolved": "https://registry.example/part-${turn}/-/part-${turn}-1.${turn}.0.tgz" },`,
  (turn) =>
    `\u001b[2m2026-11-2${turn % 9}T10:0${turn % 9}:12.${turn}Z\u001b[22m \u001b[34minfo\u001b[39m request ${uuid(turn)} took ${turn}ms`,
  (turn) =>
    `Error: connect ECONNREFUSED 127.0.0.1:${1024 + (turn % 60_000)}\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1${turn % 999}:16)`,
  (turn) =>
    `API_KEY=\${API_KEY_${turn}}\nSECRET_KEY = os.environ['SECRET_KEY_${turn}']\nCACHE_KEY=deps-v${turn}-linux-x64-node24`,
  (turn) =>
    `<!-- page ${turn} --><a href="https://user@example.test:8080/path/${turn}?q=${hex(turn, 12)}#top">next page</a>`,
  (turn) => `export const CONSTRAINT_${turn}_PRIMARY_KEY = "orders_${turn}_pkey";  // see docs/part-${turn}.md`,
  (turn) => `-----BEGIN CERTIFICATE-----\n${base64(turn).slice(0, 64)}\n-----END CERTIFICATE-----`,
];

/** The same log for the same size, at least so many characters: nothing in it is a secret. */
export function agentLog(size: number): string {
  const parts: string[] = [];
  let length = 0;
  for (let turn = 0; length < size; turn += 1) {
    const line = `${LINES[turn % LINES.length]?.(turn) ?? ""}\n`;
    parts.push(line);
    length += line.length;
  }
  return parts.join("");
}

/** A step of a small generator: the same figures everywhere, and far from each other. */
function scattered(value: number): number {
  let state = (value + 1) * 0x9e3779b1;
  state = Math.imul(state ^ (state >>> 15), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

function hex(seed: number, length: number): string {
  let text = "";
  for (let part = 0; text.length < length; part += 1) {
    text += scattered(seed * 31 + part)
      .toString(16)
      .padStart(8, "0");
  }
  return text.slice(0, length);
}

function base64(seed: number): string {
  return Buffer.from(hex(seed, 128), "hex").toString("base64").slice(0, 86);
}

function uuid(seed: number): string {
  return hex(seed, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
