import type { ConfigFile } from "./config-file.ts";
import type { Config } from "./config.ts";
import { present } from "./fill-defaults.ts";
import type { Findings } from "./findings.ts";

/**
 * The GitHub App that orch acts as; undefined: it acts as the person whose token it finds. Only the person's own file
 * says it, for whoever has the key is the App.
 */
export function resolveApp(own: ConfigFile, findings: Findings): Config["githubApp"] {
  const written = own.gh?.app;
  if (written === undefined) return undefined;
  const { id, private_key: key = "", private_key_file: file, installation } = written;
  const given = [key === "" ? undefined : key, file].filter((one) => one !== undefined);
  if (id === undefined) findings.problem(["gh", "app"], "needs the App's number: gh.app.id");
  if (given.length === 0) findings.problem(["gh", "app"], "needs gh.app.private_key_file, or gh.app.private_key");
  if (given.length > 1) findings.problem(["gh", "app", "private_key"], "is given twice: private_key_file says it, too");
  if (key !== "" && !key.includes("PRIVATE KEY-----")) {
    findings.problem(
      ["gh", "app", "private_key"],
      "must be a private key as GitHub gives it, with its BEGIN and END lines",
    );
  }
  return {
    appId: id ?? 0,
    // An environment variable often holds its lines in one.
    ...present({ privateKey: key === "" ? undefined : key.replaceAll(String.raw`\n`, "\n") }),
    ...present({ privateKeyFile: file, installation }),
  };
}
