import { secretInAddress, secretWord, type AddressSecret, type AgentSettings } from "@orch/core";

/**
 * Secrets in an agent's settings that no placeholder can stand for, so that its process holds them: those among its
 * arguments, and passwords in addresses that are no web addresses.
 */
export function plainSecrets({ command, args, env }: AgentSettings): readonly string[] {
  const words = [...command, ...args];
  const inWords = words.flatMap((_, index) => secretWord(words, index)?.secret ?? []);
  const inAddresses = [...words, ...Object.values(env)].flatMap((text) => {
    const found = secretInAddress(text);
    return found === undefined || (isWeb(found) && !words.includes(text)) ? [] : [found.secret];
  });
  return [...inWords, ...inAddresses].filter((secret) => secret !== "");
}

/** True where a request carries the address's credential, so that it can be put there on its way. */
export function isWeb({ scheme }: AddressSecret): boolean {
  return scheme === "http" || scheme === "https";
}
