import { orchError } from "./errors.ts";

/** A value, or the reason why there is none. Expected failures travel as values; exceptions mean a broken contract. */
export type Result<Value, Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

/** Wraps a value as success. */
export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

/** Wraps a reason as failure. */
export function err<Failure>(error: Failure): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error };
}

/**
 * The value of a result that the caller knows to be good.
 * @throws the failure itself when it is an Error, else `internal`: the caller's knowledge was wrong.
 */
export function unwrap<Value, Failure>(result: Result<Value, Failure>): Value {
  if (result.ok) return result.value;
  if (result.error instanceof Error) throw result.error;
  throw orchError("internal", `a result that had to be good is not: ${JSON.stringify(result.error)}`);
}
