/** What the users of a proxy have to know. */
export interface ProxyFacts {
  readonly port: number;
  /** `name:password`. */
  readonly login: string;
  readonly certificates: string | undefined;
  /** True when addresses of loopback have to go through the proxy, too. */
  readonly loopbackToo: boolean;
}

const LOOPBACK = "localhost,127.0.0.1,::1";
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
/** Variables that name the certificates to trust, of the programs that agents and their projects use. */
const CERTIFICATE_VARIABLES = [
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "CURL_CA_BUNDLE",
  "REQUESTS_CA_BUNDLE",
  "PIP_CERT",
  "GIT_SSL_CAINFO",
  "CARGO_HTTP_CAINFO",
  "DENO_CERT",
  "CODEX_CA_CERTIFICATE",
];

/** The variables that lead programs inside a sandbox through its proxy. */
export function proxyEnvironment(facts: ProxyFacts): Readonly<Record<string, string>> {
  const { port, login, certificates, loopbackToo } = facts;
  const address = `http://${login}@127.0.0.1:${port}`;
  const names = certificates === undefined ? [] : CERTIFICATE_VARIABLES;
  return {
    ...Object.fromEntries(PROXY_VARIABLES.map((name) => [name, address])),
    ...(loopbackToo ? { NO_PROXY: "", no_proxy: "" } : { NO_PROXY: LOOPBACK, no_proxy: LOOPBACK }),
    // Without this Node's own fetch takes no notice of a proxy.
    NODE_USE_ENV_PROXY: "1",
    ...Object.fromEntries(names.map((name) => [name, certificates ?? ""])),
  };
}
