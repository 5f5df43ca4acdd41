import { jwtLike } from "../jwt-like.ts";
import { fieldsIn, fieldsNamed, textIn, type LoginShape } from "../login-copy.ts";

/** Codex renews a login that was renewed long ago; the run could not tell anybody of the new one. */
const RENEWED = "2100-01-01T00:00:00Z";

/** Codex's `auth.json`: a key, or the tokens of a ChatGPT account. */
export const codexLogin: LoginShape = (login, conceal) => {
  const fields = fieldsIn(login);
  const key = textIn(fields, "OPENAI_API_KEY");
  const tokens = fieldsIn(fields["tokens"]);
  const [id, access, refresh] = ["id_token", "access_token", "refresh_token"].map((name) => textIn(tokens, name));
  if (key === undefined && access === undefined) return undefined;
  return {
    ...fieldsNamed(fields, ["auth_mode"]),
    OPENAI_API_KEY: key === undefined ? null : conceal({ name: "codex key", value: key }),
    ...(access === undefined
      ? {}
      : {
          tokens: {
            ...fieldsNamed(tokens, ["account_id"]),
            access_token: conceal({ name: "codex access token", value: access, shape: jwtLike(access) }),
            // Codex reads the account's plan in it; it could be changed for a key.
            ...(id === undefined
              ? {}
              : { id_token: conceal({ name: "codex id token", value: id, shape: jwtLike(id), stays: true }) }),
            ...(refresh === undefined
              ? {}
              : { refresh_token: conceal({ name: "codex refresh token", value: refresh, stays: true }) }),
          },
          last_refresh: RENEWED,
        }),
  };
};
