import { agentLog, describeRedactor, plantedSecrets, secretText } from "@orch/testing";
import { assert, constantFrom, nat, property, string } from "fast-check";
import { describe, expect, it } from "vitest";

import { createRedactor, secretRules } from "./index.ts";
import { TOKEN_BEGINNINGS } from "./secret-rules.ts";

const text = secretText;

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

  it.each(Object.entries(plantedSecrets))("finds %s", (_kind, { text: secret, core }) => {
    const shown = redactor.redact(`before ${secret} after`);
    expect(shown).toMatch(/^before .*\[redacted:[a-z-]+\]/);
    expect(shown).toContain(" after".slice(secret.startsWith("-----BEGIN OPENSSH") ? 6 : 0));
    expect(shown).not.toContain(core);
    expect(redactor.redact(shown)).toBe(shown);
  });

  it.each(PLAIN)("leaves %s", (plain) => {
    expect(redactor.find(plain)).toEqual([]);
  });

  it("has one look for the beginnings of all tokens", () => {
    const samples = Object.values(plantedSecrets).map(({ text: secret }) => secret);
    for (const { pattern, token } of secretRules) {
      pattern.lastIndex = 0;
      const found = samples.flatMap((sample) => sample.match(pattern) ?? []);
      if (token === true) expect(found.every((one) => TOKEN_BEGINNINGS.test(one))).toBe(true);
    }
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

  it("tells another one all that it knows", () => {
    const redactor = createRedactor({
      secrets: ["correct horse"],
      patterns: [{ name: "badge", pattern: /badge-\d{3}/g }],
    });
    redactor.register(["battery staple"]);
    const other = createRedactor(redactor.knowledge());
    const text = `badge-123, ${Buffer.from("battery staple").toString("hex")} and correct horse`;
    expect(other.redact(text)).toBe(redactor.redact(text));
    expect(other.redact(text)).toBe("[redacted:badge], [redacted:known-secret] and [redacted:known-secret]");
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

describe("redactor over a long log", { timeout: 120_000 }, () => {
  const log = agentLog(10 * 1024 * 1024);
  const redactor = createRedactor({ secrets: ["correct horse battery"] });

  it("finds at most 5 secrets in 10 MiB that hold none", () => {
    const findings = redactor.find(log);
    expect(findings.map(({ rule, start, end }) => [rule, log.slice(start, end)]).slice(5)).toEqual([]);
  });

  it("finds every kind in the midst of it, as it is and in JSON", () => {
    const half = log.slice(0, 200_000);
    const missed: string[] = [];
    for (const [kind, { text: secret, core }] of Object.entries(plantedSecrets)) {
      const shown = redactor.redact(`${half}\n${secret}\n${JSON.stringify({ said: `so:\n${secret}\n` })}\n${half}`);
      if (shown.includes(core)) missed.push(kind);
    }
    expect(missed).toEqual([]);
  });
});

describe("redactor registry", () => {
  it("hides a known value in every form, inside any text", { timeout: 120_000 }, () => {
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
