/** The API of github.com. */
export const GITHUB_API = "https://api.github.com";

/** Where people and git reach what this API is of: `https://github.com`, or an Enterprise server. */
export function siteOf(apiUrl: string): string {
  const url = new URL(apiUrl);
  const host = url.hostname.startsWith("api.") ? url.host.slice("api.".length) : url.host;
  return `${url.protocol}//${host}`;
}

/** Where GraphQL is: beside the REST API, which an Enterprise server has under `/api/v3`. */
export function graphqlOf(apiUrl: string): string {
  return apiUrl.endsWith("/api/v3") ? `${apiUrl.slice(0, -"/v3".length)}/graphql` : `${apiUrl}/graphql`;
}
