import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import type { Actor, World } from "../state/world.ts";
import { Refusal } from "./refusal.ts";

/** The tokens that are known, each with whom it stands for. */
export interface Tokens {
  /** Makes a person's token known. */
  add(token: string, login: string): void;
  /** Takes in an installation token that was just given out. */
  addInstallation(answer: unknown, installation: number): void;
  /** Forgets a token: it is refused from now on. */
  revoke(token: string): void;
  /** Whom the header stands for. @throws Refusal 401 for a token that nobody has */
  identify(header: string | undefined, world: World): Actor;
}

const NOBODY: Actor = { kind: "anonymous", login: "", token: undefined };

/** An empty list of tokens. */
export function createTokens(): Tokens {
  const people = new Map<string, string>();
  const installations = new Map<string, Actor & { expiresAt: number }>();
  return {
    add: (token, login) => void people.set(token, login),
    addInstallation(answer, id) {
      const { token, permissions, repositories, expires_at: expiresAt } = asRecord(answer);
      const listed = Array.isArray(repositories)
        ? repositories.map((entry) => Number(asRecord(entry)["id"]))
        : undefined;
      const key = asString(token);
      installations.set(key, {
        kind: "installation",
        login: "",
        token: key,
        installation: { id, permissions: asRecord(permissions) as Record<string, string>, repositories: listed },
        expiresAt: Date.parse(asString(expiresAt)),
      });
    },
    revoke(token) {
      people.delete(token);
      installations.delete(token);
    },
    identify(header, world) {
      if (header === undefined) return NOBODY;
      const token = tokenIn(header);
      const login = people.get(token);
      if (login !== undefined) return { kind: "user", login, token: world.backing.tokenFor(login) };
      const installation = installations.get(token);
      if (installation !== undefined && installation.expiresAt > world.nowMs()) {
        return { ...installation, login: `${world.app?.slug ?? ""}[bot]` };
      }
      if (world.app !== undefined && token.startsWith("eyJ")) {
        return { kind: "app", login: `${world.app.slug}[bot]`, token };
      }
      throw new Refusal(401, "Bad credentials");
    },
  };
}

/** The token of `Authorization: token X`, `Bearer X`, or the password of `Basic`. */
function tokenIn(header: string): string {
  const [scheme = "", value = ""] = header.split(/\s+/, 2);
  if (scheme.toLowerCase() !== "basic") return value;
  const pair = Buffer.from(value, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
}
