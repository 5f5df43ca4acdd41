import { randomUUID } from "node:crypto";

/** A node id that says what it is of. */
export function nodeId(kind: string, id: number | string): string {
  return `${kind}_${Buffer.from(String(id)).toString("base64url")}`;
}

/** A delivery's or request's unique name. */
export function uniqueName(): string {
  return randomUUID();
}
