const NAMED = /TOKEN|SECRET|PASS|CREDENTIAL|AUTH|KEY|_PAT$/i;
/** `scheme://name:password@`, or `scheme://password@`. */
const IN_ADDRESS = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/@:\s]*):)?([^/@\s]+)@/i;

/** A credential within an address, and the address without it; undefined: it holds none. */
export interface AddressSecret {
  readonly secret: string;
  readonly scheme: string;
  with(secret: string): string;
}

/** The password of an address, or its only name. */
export function secretInAddress(text: string): AddressSecret | undefined {
  const [whole = "", scheme = "", name, secret = ""] = IN_ADDRESS.exec(text) ?? [];
  if (secret === "") return undefined;
  const before = `${scheme}://${name === undefined ? "" : `${name}:`}`;
  return { secret, scheme: scheme.toLowerCase(), with: (other) => `${before}${other}@${text.slice(whole.length)}` };
}

/** A word among arguments that is a secret by its own name (`--token=…`, `TOKEN=…`) or by the option before it. */
export function secretWord(
  words: readonly unknown[],
  index: number,
): { readonly before: string; readonly secret: string } | undefined {
  const [earlier, word] = [words[index - 1], words[index]];
  if (typeof word !== "string") return undefined;
  if (typeof earlier === "string" && /^-[^=]*$/.test(earlier) && NAMED.test(earlier)) {
    return { before: "", secret: word };
  }
  const before = /^[^=\s]{1,100}=/.exec(word)?.[0] ?? "";
  return NAMED.test(before) ? { before, secret: word.slice(before.length) } : undefined;
}
