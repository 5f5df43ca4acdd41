import { err, ok, type Result } from "@orch/core";

/** Environment variables, handed in by the app. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$?\$\{([^}]*)\}/g;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(:-([\s\S]*))?$/;

const SECRET = /TOKEN|SECRET|PASS|CREDENTIAL|AUTH|KEY|JWT|COOKIE|DSN|HEADERS|WEBHOOK_URL|_PAT$|_PWD$/i;
const WITHHELD = "[withheld]";

/** True when a variable's name says that its value is nobody else's business. */
export function looksSecret(name: string): boolean {
  return SECRET.test(name);
}

/** The environment as a project's file may see it: whoever writes a repository must not reach the person's secrets. */
export function withoutSecrets(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value !== undefined && looksSecret(name) ? WITHHELD : value]),
  );
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` in a text; `$${` stands for a plain `${`. The error is a sentence that
 * names the variable, never its value.
 */
export function interpolate(text: string, env: Environment): Result<string, string> {
  const faults: string[] = [];
  const value = text.replaceAll(REFERENCE, (whole: string, inner: string) => {
    if (whole.startsWith("$$")) return whole.slice(1);
    const replaced = lookUp(inner, env);
    if (replaced.ok) return replaced.value;
    faults.push(replaced.error);
    return "";
  });
  return faults.length === 0 ? ok(value) : err(faults.join("; "));
}

function lookUp(inner: string, env: Environment): Result<string, string> {
  const [, name, alternative, fallback = ""] = VARIABLE.exec(inner) ?? [];
  if (name === undefined) return err(`\${${inner.slice(0, 40)}} is not a variable; write $\${ for a plain \${`);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === WITHHELD) return err(`the environment variable ${name} looks secret: use it in the global config.yml`);
  if (alternative === undefined) {
    return value === undefined ? err(`the environment variable ${name} is not set`) : ok(value);
  }
  return ok(value === undefined || value === "" ? fallback : value);
}
