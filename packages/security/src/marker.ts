import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";

import { orchError } from "@orch/core";

const SHORTEST_KEY = 32;
const LONGEST_BODY = 16_384;
const MARKER = /<!-- orch:([a-z][a-z-]{0,30}):([A-Za-z0-9_.-]{1,400}):([A-Za-z0-9_.-]{43}) -->/g;

/** What a mark says. */
export interface Marker {
  /** What is marked, such as `result`: lower-case letters and dashes. */
  readonly kind: string;
  /** What it is about, such as a task and an attempt; at most 300 bytes. */
  readonly subject: string;
}

/** Where a mark stands: one that was copied to another place is none. */
export interface MarkerPlace {
  /** At least 32 bytes, known to orch alone. */
  readonly key: Uint8Array;
  /** Such as `github:owner/repo#12`. */
  readonly place: string;
}

/** The invisible mark of a comment of orch's own. Throws `internal` for a key that is too short or a kind that is none. */
export function signMarker({ kind, subject }: Marker, { key, place }: MarkerPlace): string {
  if (key.byteLength < SHORTEST_KEY) throw orchError("internal", "the key of a marker has at least 32 bytes");
  const about = Buffer.from(subject, "utf8").toString("base64url");
  const text = `<!-- orch:${kind}:${written(about)}:${written(signature({ kind, about, place }, key))} -->`;
  if (text.match(MARKER)?.[0] !== text)
    throw orchError("internal", "a marker has a short kind in lower case and a short subject");
  return text;
}

/**
 * The marks in a comment that orch itself made for this place, looked for in the first 16,384 characters. Who wrote the
 * comment has to be checked as well: a mark can be copied within its place.
 */
export function verifyMarker(text: string, { key, place }: MarkerPlace): readonly Marker[] {
  if (key.byteLength < SHORTEST_KEY) return [];
  return [...text.slice(0, LONGEST_BODY).matchAll(MARKER)].flatMap(([, kind = "", subject = "", signed = ""]) => {
    const about = subject.replaceAll(".", "-");
    const right = Buffer.from(written(signature({ kind, about, place }, key)));
    return timingSafeEqual(right, Buffer.from(signed)) && subject === written(about)
      ? [{ kind, subject: Buffer.from(about, "base64url").toString("utf8") }]
      : [];
  });
}

/** Two dashes would end the comment around it: the second is a dot. */
function written(base64url: string): string {
  return base64url.replaceAll("--", "-.");
}

const taken = new WeakMap<Uint8Array, KeyObject>();

/** Node takes longer to take in a key than to sign with it, and a look at a forge signs hundreds of times with one. */
function takenIn(key: Uint8Array): KeyObject {
  const known = taken.get(key) ?? createSecretKey(key);
  taken.set(key, known);
  return known;
}

function signature(parts: { kind: string; about: string; place: string }, key: Uint8Array): string {
  // JSON keeps the parts apart, whatever they hold.
  const said = JSON.stringify(["orch-marker-1", parts.place, parts.kind, parts.about]);
  return createHmac("sha256", takenIn(key)).update(said).digest("base64url");
}
