import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The largest body that is read, in bytes. GitHub itself stops at 25 MB, but what orch reads of an event is small. */
export const LARGEST_BODY = 1024 * 1024;

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/** A body that was read to its end. */
export interface Body {
  readonly bytes: Uint8Array;
  /** SHA-256, in hexadecimal. */
  readonly hash: string;
  /** True when one of the secrets made this signature of exactly these bytes. Takes the same time whatever differs. */
  isSignedBy(secrets: readonly string[], signature: string): boolean;
}

/** Reads a body; `too_large` as soon as it is more than may be, `aborted` when the sender went away. Never rejects. */
export async function readBody(request: Request): Promise<Body | "too_large" | "aborted"> {
  if (request.body === null) return bodyOf(new Uint8Array());
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.byteLength;
      if (size > LARGEST_BODY) return "too_large";
      chunks.push(read.value);
    }
    return bodyOf(Buffer.concat(chunks, size));
  } catch {
    return "aborted";
  } finally {
    // What is left of a body that is refused is not read; the answer does not wait for that.
    void reader.cancel().catch(() => undefined);
  }
}

/** A body that is here already. */
export function bodyOf(bytes: Uint8Array): Body {
  return {
    bytes,
    hash: createHash("sha256").update(bytes).digest("hex"),
    isSignedBy(secrets, signature) {
      const given = Buffer.from(SIGNATURE.exec(signature)?.[1] ?? "", "hex");
      if (given.length !== 32) return false;
      // Every secret is tried, so that the time does not tell which one it was.
      return secrets
        .map((secret) => timingSafeEqual(given, createHmac("sha256", secret).update(bytes).digest()))
        .includes(true);
    },
  };
}
