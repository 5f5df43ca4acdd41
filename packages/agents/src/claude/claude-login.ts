import { fieldsIn, fieldsNamed, textIn, type LoginShape } from "../login-copy.ts";

/** The year 2100: the copy must not be renewed by the run, which could not tell anybody of the new login. */
const NEVER_MS = Date.UTC(2100);
const KEPT = ["scopes", "subscriptionType", "rateLimitTier"];

/** Claude Code's `.credentials.json`. What it holds of others, such as the logins of MCP servers, is left out. */
export const claudeLogin: LoginShape = (login, conceal) => {
  const oauth = fieldsIn(fieldsIn(login)["claudeAiOauth"]);
  const [access, refresh] = [textIn(oauth, "accessToken"), textIn(oauth, "refreshToken")];
  if (access === undefined) return undefined;
  return {
    claudeAiOauth: {
      accessToken: conceal({ name: "claude access token", value: access }),
      ...(refresh === undefined
        ? {}
        : { refreshToken: conceal({ name: "claude refresh token", value: refresh, stays: true }) }),
      expiresAt: NEVER_MS,
      ...fieldsNamed(oauth, KEPT),
    },
  };
};
