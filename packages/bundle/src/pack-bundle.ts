import { gzipSync } from "node:zlib";

import { asOrchError } from "@orch/core";
import { printableJson, redacted, stripTerminal, type SecretRedactor } from "@orch/security";
import { createTar } from "nanotar";

import { countHidden, sumHidden, type BundleFile, type BundleManifest, type MissingPart } from "./manifest.ts";
import type { Part } from "./part.ts";

/** All files of an archive together, before compression. */
export const MOST_BUNDLE_BYTES = 16 * 1024 * 1024;
/** Of the reason why a part is missing. */
const WHY_CHARACTERS = 2000;

const NEVER = [
  "values of environment variables",
  "logins, keys and tokens",
  "files and changes of your repositories, apart from what the transcript of a task that you named quotes",
];

/** What an archive is made of, beside its parts. */
export interface BundleAbout {
  /** Knows every secret that this machine's orch knows. */
  readonly redactor: SecretRedactor;
  /** The version of orch. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The person's home folder, which is written as `~`. */
  readonly userHome: string;
}

/** An archive, ready to be written. */
export interface PackedBundle {
  /** A gzipped tar file of regular files, each for its owner only. */
  readonly archive: Uint8Array;
  readonly manifest: BundleManifest;
}

type Shown = { readonly text: string; readonly cut: boolean } | { readonly why: string };

/**
 * Reads the parts one after the other, hides what is secret and packs the rest, with a manifest. A part that can't be
 * read, does not fit, or in which a secret is still found after all were hidden, is left out and told of. Never throws
 * for a part's sake. The first parts come first where there is too much.
 */
export async function packBundle(parts: readonly Part[], about: BundleAbout): Promise<PackedBundle> {
  const files: (BundleFile & { readonly text: string })[] = [];
  const missing: MissingPart[] = [];
  let left = MOST_BUNDLE_BYTES;
  for (const part of parts) {
    const { name, what } = part;
    const shown = await show(part, { about, mostBytes: Math.min(part.mostBytes, left) });
    if ("why" in shown) {
      missing.push({ name, what, why: shown.why });
      continue;
    }
    const bytes = Buffer.byteLength(shown.text);
    left -= bytes;
    const cut = shown.cut ? ({ cut: true } as const) : {};
    files.push({ name, what, bytes, ...cut, hidden: countHidden(shown.text), text: shown.text });
  }
  const manifest: BundleManifest = {
    format: 1,
    madeAt: new Date(about.now).toISOString(),
    orch: about.version,
    mostBytes: MOST_BUNDLE_BYTES,
    never: NEVER,
    files: files.map(({ text: _, ...file }) => file),
    missing,
    hidden: sumHidden(files.map(({ hidden }) => hidden)),
  };
  const all = [
    { name: "manifest.json", text: `${JSON.stringify(manifest, null, 2)}\n` },
    ...files.map(({ name, text }) => ({ name, text })),
  ];
  const attrs = { mode: "600", uid: 0, gid: 0, mtime: about.now };
  const tar = createTar(
    all.map(({ name, text }) => ({ name: `orch-bundle/${name}`, data: text })),
    { attrs },
  );
  return { archive: gzipSync(tar), manifest };
}

async function show(
  part: Part,
  { about, mostBytes }: { readonly about: BundleAbout; readonly mostBytes: number },
): Promise<Shown> {
  try {
    const value = await part.read();
    if (value === undefined) return { why: "there is none" };
    const text = await hide(value, about);
    if (text === undefined) return { why: "kept back: something in it still looked like a secret" };
    if (Buffer.byteLength(text) <= mostBytes) return { text, cut: false };
    if (typeof value !== "string") return { why: `larger than ${mostBytes} bytes` };
    return { text: lastLines(text, mostBytes), cut: true };
  } catch (thrown) {
    const why = await hide(asOrchError(thrown).message.slice(0, WHY_CHARACTERS), about);
    return { why: why?.replaceAll(/\s+/g, " ").trim() ?? "the reason was kept back" };
  }
}

/** The text as it may leave; undefined: a secret is found in it even so. */
async function hide(value: unknown, { redactor, userHome }: BundleAbout): Promise<string | undefined> {
  const written =
    typeof value === "string"
      ? stripTerminal(value)
      : // First text by text, where a secret may go over several lines; then with the keys that stand before them.
        `${printableJson(JSON.stringify(redacted(redactor, value), null, 2))}\n`;
  const text = withTilde(await redactor.redactLater(written), userHome);
  const left = await redactor.search(text);
  return left.length === 0 ? text : undefined;
}

function withTilde(text: string, userHome: string): string {
  if (userHome.length < 2) return text;
  const escaped = userHome.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return text.replaceAll(new RegExp(`${escaped}(?![\\w.-])`, "g"), "~");
}

/** The end of a text, from the beginning of a line on. */
function lastLines(text: string, mostBytes: number): string {
  const bytes = Buffer.from(text);
  const end = bytes.subarray(bytes.length - mostBytes).toString("utf8");
  return end.slice(end.indexOf("\n") + 1);
}
