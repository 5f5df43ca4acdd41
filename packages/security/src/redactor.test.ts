import { describeRedactor } from "@orch/testing";
import { assert, constantFrom, nat, property, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { createRedactor, secretRules } from "./index.ts";

// Made-up secrets, put together at run time so that no scanner takes this file for a leak.
const alphabet = "aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zC";
const text = (length: number): string => alphabet.repeat(20).slice(0, length);
const KINDS: Readonly<Record<string, string>> = {
  "github classic": `ghp_${text(36)}`,
  "github installation": `ghs_${text(36)}`,
  "github fine-grained": `github_pat_${text(22)}_${text(59)}`,
  gitlab: `glpat-${text(20)}`,
  "anthropic api": `sk-ant-api03-${text(93)}AA`,
  "anthropic oauth": `sk-ant-oat01-${text(90)}`,
  openrouter: `sk-or-v1-${"0a1b2c3d".repeat(8)}`,
  "openai project": `sk-proj-${text(80)}`,
  "openai legacy": `sk-${text(20)}T3BlbkFJ${text(20)}`,
  "other sk": `sk-${text(48)}`,
  xai: `xai-${text(80)}`,
  groq: `gsk_${text(52)}`,
  "hugging face": `hf_${text(34)}`,
  "aws id": `AKIA${"ABCDEFGH".repeat(2)}`,
  "aws secret": `aws_secret_access_key = ${text(40)}`,
  google: `AIza${text(35)}`,
  "google oauth": `ya29.${text(60)}`,
  "slack bot": `xoxb-123456789012-${text(24)}`,
  "slack app": `xapp-1-A0${text(40)}`,
  "slack webhook": `https://hooks.slack.com/services/T0000/B0000/${text(24)}`,
  telegram: `123456789:AA${text(33)}`,
  discord: `M${text(23)}.${text(6)}.${text(30)}`,
  "discord webhook": `https://discord.com/api/webhooks/${"1".repeat(18)}/${text(60)}`,
  jwt: `eyJ${text(30)}.eyJ${text(40)}.${text(43)}`,
  npm: `npm_${text(36)}`,
  npmrc: `//registry.example/:_authToken=${text(32)}`,
  pypi: `pypi-AgEIcHlwaS${text(40)}`,
  stripe: `sk_live_${text(24)}`,
  sendgrid: `SG.${text(22)}.${text(43)}`,
  "private key": `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A\n\n${text(64)}\n-----END RSA PRIVATE KEY-----`,
  "open private key": `-----BEGIN OPENSSH PRIVATE KEY-----\n${text(64)}`,
  "escaped private key": `-----BEGIN PRIVATE KEY-----\\n${text(64)}\\n-----END PRIVATE KEY-----`,
  bearer: `Authorization: Bearer ${text(30)}`,
  basic: `"authorization": "Basic ${text(30)}="`,
  "url password": `postgres://app:${text(12)}@db.example/app`,
  assignment: `export MY_SERVICE_TOKEN="${text(24)}"`,
  "json assignment": `{"db_password": "${text(16)}"}`,
  "x-api-key": `x-api-key: ${text(32)}`,
};

const PLAIN = [
  "API_KEY=your_api_key_here",
  "API_KEY=${API_KEY}",
  "const token = process.env.GITHUB_TOKEN;",
  "SECRET_KEY = os.environ['SECRET_KEY']",
  "password: changeme-please-1234",
  "PRIMARY_KEY: user_identifier",
  "Authorization: Bearer <your-token>",
  "a commit 0123456789abcdef0123456789abcdef01234567 in a log",
  "sha512-aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zCaB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zCaB3dE5gH7jK9mN2pQ4==",
  "https://user@example.com/path:80@x",
  "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
  "task-sk-something and sk-learn-contrib-package-with-a-long-name",
];

describeRedactor("known values and rules", { make: (secrets) => createRedactor({ secrets }) });

describe("redactor rules", () => {
  const redactor = createRedactor({ secrets: [] });

  it.each(Object.entries(KINDS))("finds %s", (_kind, secret) => {
    const shown = redactor.redact(`before ${secret} after`);
    expect(shown).toMatch(/^before .*\[redacted:[a-z-]+\]/);
    expect(shown).toContain(" after".slice(secret.startsWith("-----BEGIN OPENSSH") ? 6 : 0));
    expect(shown).not.toContain(text(16));
    expect(redactor.redact(shown)).toBe(shown);
  });

  it.each(PLAIN)("leaves %s", (plain) => {
    expect(redactor.find(plain)).toEqual([]);
  });

  it("is linear: a megabyte of what every rule begins with ends soon", () => {
    const teasers = [
      "eyJ-",
      "sk-ant-api03-",
      "A_",
      "sk-",
      "eyJa",
      "-----BEGIN RSA PRIVATE KEY-----",
      "aws ",
      "authorization: bearer ",
      "x_TOKEN=",
      "a://b:",
      ".",
      "aA0_-",
    ];
    for (const teaser of teasers) {
      const long = teaser.repeat(Math.ceil(500_000 / teaser.length));
      expect(redactor.redact(long).length).toBeGreaterThan(0);
    }
  });

  it("takes project patterns, and hides everything when one breaks", () => {
    const own = createRedactor({ secrets: [], patterns: [{ name: "badge", pattern: /badge-\d{4}/g }] });
    expect(own.redact("my badge-1234")).toBe("my [redacted:badge]");
    const accept = (): boolean => {
      throw new RangeError("broken rule");
    };
    const broken = createRedactor({ secrets: [], patterns: [{ name: "x", pattern: /a/g, accept }] });
    expect(broken.redact("a text")).toBe("[withheld]");
    expect(secretRules.every(({ pattern }) => pattern.global)).toBe(true);
  });
});

describe("redactor registry", () => {
  it("hides a known value in every form, inside any text", () => {
    const secrets = string({ unit: "binary", minLength: 6, maxLength: 60 });
    const form = constantFrom<(value: string, around: Buffer) => string>(
      (value) => value,
      (value) => encodeURIComponent(value.toWellFormed()),
      (value) => JSON.stringify(value).slice(1, -1),
      (value) => Buffer.from(value).toString("hex"),
      (value) => Buffer.from(value).toString("hex").toUpperCase(),
      (value, around) => Buffer.concat([around, Buffer.from(value), around]).toString("base64"),
      (value, around) => Buffer.concat([around, Buffer.from(value), around]).toString("base64url"),
    );
    assert(
      property(secrets, form, nat(5), (secret, shape, padding) => {
        const shown = shape(secret, Buffer.alloc(padding, "x"));
        const redacted = createRedactor({ secrets: [secret] }).redact(`<<${shown}>>`);
        expect(redacted).toContain("[redacted:");
      }),
      { numRuns: 3000 },
    );
  });

  it("joins overlapping values, ignores short ones, and knows the lines of a long one", () => {
    expect(createRedactor({ secrets: ["abcdef123", "123xyz789"] }).redact("-abcdef123xyz789-")).toBe(
      "-[redacted:known-secret]-",
    );
    expect(createRedactor({ secrets: ["", "short"] }).redact("short")).toBe("short");
    const key = `-----BEGIN KEY-----\n${"q7".repeat(20)}\n-----END KEY-----\n`;
    expect(createRedactor({ secrets: [key] }).redact(`| ${"q7".repeat(20)} |`)).toBe("| [redacted:known-secret] |");
  });

  it("gives findings in order that never overlap", () => {
    const redactor = createRedactor({ secrets: ["secret-value-1", "value-1-more"] });
    assert(
      property(string(), string(), (before, after) => {
        const findings = redactor.find(`${before}secret-value-1-more${after}ghp_${text(36)}`);
        for (const [index, { start, end }] of findings.entries()) {
          expect(start).toBeLessThan(end);
          expect(start).toBeGreaterThanOrEqual(findings[index - 1]?.end ?? 0);
        }
      }),
    );
  });
});
