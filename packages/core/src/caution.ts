/** What a person has to see in a change before it is merged, though nothing is wrong with it (SECURITY D8, T25). */
export const cautionMeanings = {
  lockfile: "which packages are installed",
  script: "what package managers run",
  binary: "binary files",
  mode: "the modes of files",
} as const;

/** One of them. */
export type CautionKind = keyof typeof cautionMeanings;

/** Every kind, in the order in which they are told. */
export const cautionKinds = Object.keys(cautionMeanings) as readonly CautionKind[];

/** A file of a change that a person has to see. */
export interface CautiousFile {
  readonly kind: CautionKind;
  readonly path: string;
  /** A few words beside the path, such as the keys that changed; absent: the path says it all. */
  readonly what?: string;
}

/** All files of one kind, as a result keeps them. */
export interface Caution {
  readonly kind: CautionKind;
  /** At most 5, each a path and what is said of it; redacted. */
  readonly files: readonly string[];
  /** How many there are in all. */
  readonly count: number;
}

const SHOWN = 5;

/** Files by kind. */
export function cautionsOf(files: readonly CautiousFile[]): readonly Caution[] {
  return cautionKinds.flatMap((kind) => {
    const own = files.filter((file) => file.kind === kind);
    const shown = own.slice(0, SHOWN).map(({ path, what }) => (what === undefined ? path : `${path}: ${what}`));
    return own.length === 0 ? [] : [{ kind, files: shown, count: own.length }];
  });
}

/** Why a person has to merge a result, a sentence for each kind. */
export function cautionTexts(cautions: readonly Caution[] = []): readonly string[] {
  return cautions.map(({ kind, files, count }) => {
    const more = count > files.length ? [`and ${count - files.length} more`] : [];
    return `A person merges it, for it changes ${cautionMeanings[kind]} (${[...files, ...more].join(", ")}).`;
  });
}
