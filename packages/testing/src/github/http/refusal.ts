import type { Json } from "./api.ts";

/** An answer of GitHub that is not a success; thrown by handlers and told to the client as JSON. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, more: { errors?: unknown[]; headers?: Record<string, string> } = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.headers = more.headers ?? {};
    const errors = more.errors === undefined ? {} : { errors: more.errors };
    this.body = { message, ...errors, documentation_url: "https://docs.github.com/rest", status: String(status) };
  }
}

/** What GitHub says about a thing that is not there, or that the caller may not see. */
export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** A 422 with GitHub's list of errors. */
export function invalid(...errors: (string | Json)[]): Refusal {
  const listed = errors.map((error) => (typeof error === "string" ? { code: "custom", message: error } : error));
  return new Refusal(422, "Validation Failed", { errors: listed });
}
