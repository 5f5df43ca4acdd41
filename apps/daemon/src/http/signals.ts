/** A signal that aborts with another one, or when it is disposed. */
export function abortable(outer: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const own = new AbortController();
  const abort = (): void => own.abort();
  outer.addEventListener("abort", abort, { once: true });
  return {
    signal: own.signal,
    [Symbol.dispose]() {
      outer.removeEventListener("abort", abort);
      own.abort();
    },
  };
}

/** What a promise says, or false as soon as the signal aborts. Leaves nothing behind on either. */
export function unlessAborted(promise: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(false);
    signal.addEventListener("abort", stop, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
