import { z } from "zod";

const DEEPEST = 100;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

// Only what is used, and of that only what has the right shape: anything else counts as absent.
const absent = undefined;
const numbered = z.object({
  number: z
    .int()
    .min(1)
    .max(2 ** 31),
});
const committed = z.object({ head_sha: z.string() }).optional().catch(absent);
const repository = z
  .object({ full_name: z.string().max(200), id: z.int().optional().catch(absent) })
  .optional()
  .catch(absent);
const thread = numbered.optional().catch(absent);
const sha = z.string().optional().catch(absent);

const Payload = z.object({
  action: z.string().max(100).optional().catch(absent),
  repository,
  installation: z.object({ id: z.int() }).optional().catch(absent),
  issue: z
    .object({ ...numbered.shape, pull_request: z.unknown().optional() })
    .optional()
    .catch(absent),
  pull_request: thread,
  parent_issue: thread,
  parent_issue_repo: repository,
  sub_issue: thread,
  sub_issue_repo: repository,
  blocked_issue: thread,
  blocked_issue_repo: repository,
  blocking_issue: thread,
  blocking_issue_repo: repository,
  check_run: committed,
  check_suite: committed,
  workflow_run: committed,
  workflow_job: committed,
  sha,
  after: sha,
});

/** What is taken from an event; all of it is a stranger's word, good for a look and for nothing else. */
export type Payload = z.infer<typeof Payload>;

/**
 * The few fields of an event that are used. `invalid`: it is no JSON, no text, or nested deeper than any event is.
 * Never throws.
 */
export function parsePayload(bytes: Uint8Array, contentType: string): Payload | "invalid" {
  if (isDeeperThan(bytes, DEEPEST)) return "invalid";
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const isForm = contentType.startsWith("application/x-www-form-urlencoded");
    const json: unknown = JSON.parse(isForm ? (new URLSearchParams(text).get("payload") ?? "") : text);
    const read = Payload.safeParse(json);
    return read.success ? read.data : "invalid";
  } catch {
    return "invalid";
  }
}

/** Counts brackets outside of strings, without building anything. */
function isDeeperThan(bytes: Uint8Array, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (OPENING.has(byte)) {
      depth += 1;
      if (depth > most) return true;
    } else if (CLOSING.has(byte)) {
      depth -= 1;
    }
  }
  return false;
}
