/** An object's fields without `undefined`. */
export type Present<Fields> = { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Defaults under what was written. */
export type Filled<Defaults, Written> = {
  readonly [Name in keyof Defaults]:
    | Defaults[Name]
    | (Name extends keyof Written ? Exclude<Written[Name], undefined> : never);
};

/** The same object without the fields that are undefined. */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;
}

/** What was written, with the defaults where nothing was. */
export function filled<Defaults extends object, Written extends object>(
  defaults: Defaults,
  written: Written | undefined,
): Filled<Defaults, Written> {
  return { ...defaults, ...present(written ?? {}) };
}

/** Freezes a value of plain objects and lists, all the way down, and gives it back. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
