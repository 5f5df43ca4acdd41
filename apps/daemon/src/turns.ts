/** Work that is done one after the other, in the order of the calls; a failure stops nobody else. */
export type Turns = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** A queue of its own: who changes something waits for those before, so that nobody decides on what is about to change. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
