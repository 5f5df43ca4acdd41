import type { Redactor } from "@orch/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

type Make = (secrets: readonly string[]) => Redactor;

/** A function, as the first of its kind takes a second, which every test that loads this package would wait. */
const noise = (): fc.Arbitrary<string> => fc.string({ unit: "binary", maxLength: 200 });
const plainText = fc.constantFrom(
  "",
  "Fix the login page\n\nIt shows the wrong name.",
  "const token = process.env.SERVICE_TOKEN;",
  "a commit 0123456789abcdef0123456789abcdef01234567",
  "https://example.test/a/path?page=2#top",
  "tests: 12 passed, 0 failed (3.2 s) – déjà vu ✓",
);

/** Secrets as people have them: no shape that a rule would know. */
const secrets = fc
  .stringMatching(/^[A-Za-z0-9+/=&%"\\ _.~-]{10,60}$/)
  .map((text) => text.trim())
  .filter((text) => new Set(text).size >= 8 && text.length >= 10);

const forms: Readonly<Record<string, (secret: string) => string>> = {
  "as it is": (secret) => secret,
  "URL-encoded": (secret) => encodeURIComponent(secret),
  "JSON-escaped": (secret) => JSON.stringify(secret).slice(1, -1),
  "in base64": (secret) => Buffer.from(secret).toString("base64"),
  "in base64 of something longer": (secret) => Buffer.from(`user:${secret}@host`).toString("base64"),
  "in base64url": (secret) => Buffer.from(`x${secret}`).toString("base64url"),
  "in hexadecimal": (secret) => Buffer.from(secret).toString("hex"),
  "in capital hexadecimal": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
};

/** The contract of `Redactor`. `make` makes one that knows these secrets. */
export function describeRedactor(name: string, { make }: { readonly make: Make }): void {
  describe(`Redactor contract: ${name}`, () => {
    describeHiding(make);
    describeFindings(make);
    describeManners(make);
  });
}

function describeHiding(make: Make): void {
  test.each(Object.entries(forms))("a known secret vanishes %s", (_label, shape) => {
    fc.assert(
      fc.property(secrets, noise(), noise(), (secret, before, after) => {
        const shown = shape(secret);
        const text = `${before}\n<${shown}>\n${after}`;
        const redacted = make([secret]).redact(text);
        expect(redacted).not.toBe(text);
        expect(redacted).not.toContain(`<${shown}>`);
        if (!shown.startsWith(secret)) return;
        expect(redacted).not.toContain(secret);
      }),
    );
  });

  test("every secret vanishes from a text with many, also when they overlap", () => {
    fc.assert(
      fc.property(fc.uniqueArray(secrets, { minLength: 2, maxLength: 5 }), (several) => {
        const overlapping = `${several.join("")} ${several.join(" | ")}`;
        const shown = make(several).redact(overlapping);
        for (const secret of several) expect(shown).not.toContain(secret);
      }),
    );
  });
}

function describeFindings(make: Make): void {
  test("findings lie inside the text, in order, and never overlap", () => {
    fc.assert(
      fc.property(secrets, noise(), noise(), (secret, before, after) => {
        const text = `${before}${secret}${after}${secret}`;
        let from = 0;
        for (const { start, end, rule } of make([secret]).find(text)) {
          expect(rule).not.toBe("");
          expect(start).toBeGreaterThanOrEqual(from);
          expect(end).toBeGreaterThan(start);
          from = end;
        }
        expect(from).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  test("a finding covers the secret, and says nothing of it", () => {
    fc.assert(
      fc.property(secrets, noise(), noise(), (secret, before, after) => {
        const findings = make([secret]).find(`${before}${secret}${after}`);
        const [start, end] = [before.length, before.length + secret.length];
        expect(findings.some((finding) => finding.start <= start && finding.end >= end)).toBe(true);
        expect(JSON.stringify(findings)).not.toContain(secret);
      }),
    );
  });

  test("what is redacted has findings, and what has findings is redacted", () => {
    fc.assert(
      fc.property(fc.oneof(noise(), plainText, secrets), secrets, (text, secret) => {
        const redactor = make([secret]);
        expect(redactor.redact(text) !== text).toBe(redactor.find(text).length > 0);
      }),
    );
  });
}

function describeManners(make: Make): void {
  test("redacting again changes nothing", () => {
    fc.assert(
      fc.property(secrets, noise(), noise(), (secret, before, after) => {
        const redactor = make([secret]);
        const once = redactor.redact(`${before} ${secret} ${after}`);
        expect(redactor.redact(once)).toBe(once);
      }),
    );
  });

  test("plain text stays as it is", () => {
    fc.assert(
      fc.property(fc.array(plainText), secrets, (texts, secret) => {
        const text = texts.join("\n").replaceAll(secret, "");
        expect(make([secret]).redact(text)).toBe(text);
      }),
    );
  });

  test("never throws, whatever the text and the secrets are", () => {
    const anything = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(anything, fc.array(anything, { maxLength: 4 }), (text, known) => {
        const redactor = make(known);
        expect(typeof redactor.redact(text)).toBe("string");
        expect(Array.isArray(redactor.find(text))).toBe(true);
      }),
    );
  });

  test("a megabyte is judged too", () => {
    const secret = "q7W-e8R_t9Y.u0I~o1P";
    const shown = make([secret]).redact(`${"lorem ipsum ".repeat(90_000)}${secret}`);
    expect(shown).not.toContain(secret);
    expect(shown).toContain("lorem ipsum");
  });
}
