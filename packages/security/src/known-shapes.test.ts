/** Kinds of credentials by the shapes that other scanners look for: none of them may be unknown here. */
import { assert, property, stringMatching } from "fast-check";
import { expect, test } from "vitest";

import { createRedactor } from "./index.ts";

const redactor = createRedactor({ secrets: [] });

const shapes: readonly (readonly [string, RegExp])[] = [
  ["github", /^gh[opsur]_[A-Za-z0-9]{36}$/],
  ["github, fine-grained", /^github_pat_[A-Za-z0-9_]{82}$/],
  ["github, of an installation", /^ghs_[0-9]{5,12}_[A-Za-z0-9-]{40,300}\.[A-Za-z0-9-]{100,300}\.[A-Za-z0-9-]{40,300}$/],
  ["github, in an address", /^https:\/\/[a-f0-9]{40}:x-oauth-basic@github\.com\/$/],
  ["gitlab", /^glpat-[A-Za-z0-9_-]{20,128}$/],
  ["npm", /^npm_[A-Za-z0-9]{36}$/],
  ["npm, in its file", /^\/\/registry\.example\/:_authToken=[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/],
  ["slack", /^xox[bpaor]-[0-9]{10,13}-[0-9]{10,13}-[a-zA-Z0-9]{24}$/],
  ["slack, webhook", /^https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{8,11}\/B[A-Z0-9]{8,11}\/[a-zA-Z0-9]{24}$/],
  ["openai", /^sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{74}T3BlbkFJ[A-Za-z0-9_-]{74}$/],
  ["anthropic", /^sk-ant-api0[1-9]-[A-Za-z0-9_-]{93}AA$/],
  ["groq", /^gsk_[a-zA-Z0-9]{52}$/],
  ["hugging face", /^hf_[a-zA-Z]{34}$/],
  ["linear", /^lin_api_[a-zA-Z0-9_]{32,64}$/],
  ["notion", /^ntn_[0-9]{11}[A-Za-z0-9]{35}$/],
  ["sendgrid", /^SG\.[A-Za-z0-9_]{22}\.[A-Za-z0-9_]{43}$/],
  ["shopify", /^shp(?:pa|ca|at|ss)_[a-zA-Z0-9]{32,64}$/],
  ["stripe", /^[sr]k_(?:live|test)_[a-zA-Z0-9]{24,99}$/],
  ["grafana", /^glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}$/],
  ["grafana, cloud", /^glc_eyJ[A-Za-z0-9+/]{32,300}={0,2}$/],
  ["1password", /^ops_eyJ[A-Za-z0-9+/=]{100,300}fQ==$/],
  ["vault", /^hv[sr]\.[A-Za-z0-9_-]{90,120}$/],
  ["vault, batch", /^hvb\.[A-Za-z0-9_-]{138,250}$/],
  ["vercel", /^vc[piark]_[A-Za-z]{10,30}[0-9]{2}[A-Za-z0-9]{10,20}$/],
  ["databricks", /^dapi[a-f0-9]{32}(?:-[0-9])?$/],
  ["docker", /^dckr_pat_[a-zA-Z0-9_-]{27}$/],
  ["figma", /^figd_[A-Za-z0-9_-]{40,120}$/],
  ["cloudflare", /^cf(?:k|ut|at)_[A-Za-z0-9]{40}[0-9a-f]{8}$/],
  ["tailscale", /^tskey-[a-z]{2,20}-[0-9A-Za-z]{8,32}-[0-9A-Za-z]{16,60}$/],
  [
    "a password of a database",
    /^postgres:\/\/[a-z]{3,10}:[A-Za-z0-9][A-Za-z0-9!#%&*+.=~-]{8,30}@[a-z]{3,12}:5432\/app$/,
  ],
  ["a password of a database, with a dollar", /^mysql:\/\/[a-z]{3,10}:[a-z]{4}\$[0-9]{4}[A-Za-z]{8}@[a-z]{3,12}\/app$/],
];

test.each(shapes)("finds what looks like one of %s", (_, shape) => {
  assert(
    property(stringMatching(shape), (secret) => {
      expect(redactor.find(`before "${secret}" after`)).not.toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test.each([
  "postgres://app:${PASSWORD}@db/app",
  "postgres://app:$PASSWORD@db/app",
  "https://user:<password>@example.com",
  "https://user:{{ password }}@example.com",
  "redis://:prefix-${SECRET}@cache",
])("finds nothing in %s, which names a secret", (text) => {
  expect(redactor.find(text)).toEqual([]);
});
