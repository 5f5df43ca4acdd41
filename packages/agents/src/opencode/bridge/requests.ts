const ANSWER_MS = 30_000;

/** Where and as whom the server is asked. */
export interface ServerAddress {
  readonly url: string;
  readonly password: string;
  /** The clone: the server is told with every request which folder it is about. */
  readonly folder: string;
}

/** A request of the protocol's, as it comes on a line. */
export interface BridgeRequest {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** The answer to it: status 0 when there was none. */
export interface BridgeAnswer {
  readonly id: number;
  readonly status: number;
  readonly body: unknown;
}

/** Understands a line of input; undefined for anything else than a request. */
export function parseRequest(line: string): BridgeRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { id, method, path, body }: { id?: unknown; method?: unknown; path?: unknown; body?: unknown } = value;
  const known = typeof id === "number" && typeof method === "string" && typeof path === "string";
  return known ? { id, method, path, ...(body === undefined ? {} : { body }) } : undefined;
}

/** The headers that every request needs. */
export function headersFor({ password }: ServerAddress): Record<string, string> {
  return {
    authorization: `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`,
    "content-type": "application/json",
  };
}

/** The address of a path, with the clone as its folder. */
export function addressOf({ url, folder }: ServerAddress, path: string): URL {
  const address = new URL(path, url);
  address.searchParams.set(path.startsWith("/api/") ? "location[directory]" : "directory", folder);
  return address;
}

/** Sends one request; never rejects. */
export async function ask(server: ServerAddress, request: BridgeRequest): Promise<BridgeAnswer> {
  const { id, method, path, body } = request;
  try {
    const response = await fetch(addressOf(server, path), {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: headersFor(server),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { id, status: response.status, body: bodyOf(await response.text()) };
  } catch (error) {
    return { id, status: 0, body: error instanceof Error ? error.message : "the request failed" };
  }
}

function bodyOf(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text;
  }
}
