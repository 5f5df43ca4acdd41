const SHORTEST_VALUE = 6;
const SHORTEST_LINE = 16;

/**
 * Every form in which known secrets are looked for: as they are, URL-encoded, JSON-escaped, hexadecimal, and in base64 at
 * all three alignments; a secret of several lines also line by line. Values below 6 characters are left out: hiding them
 * would hide half of any text. Longest first, no form twice.
 */
export function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = new Set<string>();
  for (const secret of secrets.flatMap(withLines)) {
    if (secret.length < SHORTEST_VALUE) continue;
    for (const form of encodings(secret)) if (form.length >= SHORTEST_VALUE) forms.add(form);
  }
  return [...forms].toSorted((left, right) => right.length - left.length);
}

function withLines(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  if (lines.length === 1) return [secret];
  const telling = lines.filter((line) => line.length >= SHORTEST_LINE && !line.startsWith("-----"));
  return [secret, secret.trim(), ...telling];
}

function encodings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  const aligned = [0, 1, 2].map((offset) => base64At(bytes, offset));
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...aligned,
    ...aligned.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** The base64 characters that `bytes` alone decide when `offset` other bytes come before them in the encoded text. */
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const first = Math.ceil((offset * 8) / 6);
  return text.slice(first, Math.floor(((offset + bytes.length) * 8) / 6));
}
