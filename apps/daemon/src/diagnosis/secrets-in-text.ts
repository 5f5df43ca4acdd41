const SHORTEST = 8;
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)/g;
/** Not secret, and in half of all lines: a number, a path, an address. */
const PLAIN = /^(?:[\d._:-]+|(?:\/|~\/|\.{1,2}\/)[^\s]*|https?:\/\/[^\s@]*)$/;

/**
 * Everything in a configuration file that could be a secret, for one that can't be understood: each value as a whole,
 * and each of its words. Too much rather than too little.
 */
export function possibleSecrets(text: string): readonly string[] {
  const found = text.split("\n").flatMap((line) => {
    const value = line.replace(/^[\s-]*(?:["']?[\w.-]+["']?\s*:\s)?/, "").trim();
    const whole = value.replace(/,$/, "").replace(/^["']|["']$/g, "");
    const quoted = [...value.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? "");
    return [whole, ...quoted, ...value.split(/[\s"'`,;{}[\]=]+/)];
  });
  return [...new Set(found)].filter((word) => word.length >= SHORTEST && !PLAIN.test(word) && !word.includes("${"));
}

/** The values of variables that a configuration file names, whatever they are called. */
export function referredValues(text: string, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const names = [...text.matchAll(REFERENCE)].map(([, name = ""]) => name);
  return [...new Set(names)].flatMap((name) => notPlain(env[name]));
}

/** The value, where it could be a secret. */
export function notPlain(value: string | undefined): readonly string[] {
  return value === undefined || value.length < SHORTEST || PLAIN.test(value) ? [] : [value];
}
