const SHORTEST_VALUE = 6;
const LONGEST_VALUE = 4096;
const SHORTEST_LINE = 16;
/** Longer forms are searched one by one: a pattern of them would be too large to compile. */
const LONGEST_ALTERNATIVE = 512;

/** Where a known value stands. */
export interface KnownPlace {
  readonly start: number;
  readonly end: number;
}

/** Known values, which may be added at any time. */
export interface KnownValues {
  add(secrets: readonly string[]): void;
  /** Every place of every form at or after `from`, overlapping ones too. */
  find(text: string, from: number): readonly KnownPlace[];
  /** Length of the longest form. */
  longest(): number;
  /** True when a value of several lines may have begun in this text, which ends with a newline. */
  mayGoOn(text: string): boolean;
}

/**
 * Keeps known secrets in every form in which they are looked for: as they are, URL-encoded, JSON-escaped, hexadecimal,
 * and in base64 at all three alignments; a secret of several lines also line by line. Values below 6 characters are left
 * out: hiding them would hide half of any text.
 */
export function createKnownValues(): KnownValues {
  const forms = new Set<string>();
  let longest = 0;
  let short: RegExp | null = null;
  let long: readonly string[] = [];
  let beginnings: readonly string[] = [];

  function compile(): void {
    const sorted = [...forms].toSorted((left, right) => right.length - left.length);
    const alternatives = sorted.filter(({ length }) => length <= LONGEST_ALTERNATIVE);
    // Longest first, so that at each place the longest form wins.
    short = alternatives.length === 0 ? null : new RegExp(alternatives.map((form) => escaped(form)).join("|"), "g");
    long = sorted.filter(({ length }) => length > LONGEST_ALTERNATIVE);
    longest = sorted[0]?.length ?? 0;
    beginnings = [...new Set(sorted.flatMap(lineBeginnings))];
  }

  return {
    add(secrets) {
      const before = forms.size;
      for (const form of secrets.flatMap(formsOf)) forms.add(form);
      if (forms.size !== before) compile();
    },
    find(text, from) {
      const found: KnownPlace[] = [];
      if (short !== null) {
        short.lastIndex = from;
        for (let match = short.exec(text); match !== null; match = short.exec(text)) {
          found.push({ start: match.index, end: match.index + match[0].length });
          // One step only: another value may begin inside this one.
          short.lastIndex = match.index + 1;
        }
      }
      for (const form of long) {
        for (let at = text.indexOf(form, from); at !== -1; at = text.indexOf(form, at + 1)) {
          found.push({ start: at, end: at + form.length });
        }
      }
      return found;
    },
    longest: () => longest,
    mayGoOn: (text) => beginnings.some((beginning) => text.endsWith(beginning)),
  };
}

function formsOf(value: string): readonly string[] {
  const pieces = withLines(value).flatMap(inPieces);
  return pieces
    .filter(({ length }) => length >= SHORTEST_VALUE)
    .flatMap((piece) => encodings(piece).filter(({ length }) => length >= SHORTEST_VALUE));
}

function withLines(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  if (lines.length === 1) return [secret];
  const telling = lines.filter((line) => line.length >= SHORTEST_LINE && !line.startsWith("-----"));
  return [secret, secret.trim(), ...telling];
}

function inPieces(secret: string): readonly string[] {
  const count = Math.ceil(secret.length / LONGEST_VALUE);
  return Array.from({ length: count }, (_, index) => secret.slice(index * LONGEST_VALUE, (index + 1) * LONGEST_VALUE));
}

function encodings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  const aligned = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const url = encodeURIComponent(secret.toWellFormed());
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    url,
    url.replaceAll("%20", "+"),
    url.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()),
    json,
    // A log of an agent often holds JSON inside of JSON.
    JSON.stringify(json).slice(1, -1),
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

/** What of a form of several lines stands before each of its newlines. */
function lineBeginnings(form: string): readonly string[] {
  return [...form.matchAll(/\n/g)]
    .map(({ index }) => form.slice(0, index + 1))
    .filter(({ length }) => length < form.length);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
