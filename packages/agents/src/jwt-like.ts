import { fieldsIn } from "./login-copy.ts";

const HEADER = encoded({ alg: "none", typ: "JWT" });
/** The year 2100, in seconds. */
const NEVER = Date.UTC(2100) / 1000;

/**
 * Makes a stand-in of a token's shape: for a JSON web token one with the same claims that does not expire, whose
 * signature is the word. What is no such token is replaced by the word alone.
 */
export function jwtLike(token: string): (word: string) => string {
  const claims = claimsOf(token);
  return (word) => (claims === undefined ? word : `${HEADER}.${encoded({ ...claims, exp: NEVER })}.${word}`);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload, signature, more] = token.split(".");
  if (payload === undefined || signature === undefined || more !== undefined) return undefined;
  try {
    return fieldsIn(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  } catch {
    return undefined;
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
