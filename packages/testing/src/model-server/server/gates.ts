/** Named places where requests wait until a test lets them pass. */
export interface Gates {
  /** Resolves when the gate is released, or when the signal aborts. */
  pass(name: string, signal: AbortSignal): Promise<void>;
  /** Opens a gate, now and for later requests. */
  release(name: string): void;
}

/** Makes gates that are all closed. */
export function createGates(): Gates {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (name: string): PromiseWithResolvers<void> => {
    const known = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, known);
    return known;
  };
  return {
    async pass(name, signal) {
      await Promise.race([gate(name).promise, aborted(signal)]);
    },
    release(name) {
      gate(name).resolve();
    },
  };
}

/** Resolves when the signal aborts. */
async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    return;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}
