import { expect, test } from "vitest";

import { routesOf } from "./egress-rules.ts";

test("a host without a port means HTTPS", async () => {
  const { allowed } = await routesOf({
    allow: ["api.example.com", "*.example.org", "build.example:8443"],
    endpoints: [],
  });
  expect(allowed).toEqual(["api.example.com:443", "*.example.org:443", "build.example:8443"]);
});

test("services of this machine get a relay where they speak plain HTTP, and the proxy where they don't", async () => {
  const endpoints = ["http://127.0.0.1:8080", "http://localhost:8081", "http://[::1]:8082", "https://127.0.0.1:8443"];
  const { local, allowed, proxiedLoopback, plaintext } = await routesOf({ allow: [], endpoints });
  expect(local.map(({ port }) => port)).toEqual(["8080", "8081", "8082"]);
  expect({ allowed, proxiedLoopback, plaintext }).toEqual({
    allowed: ["127.0.0.1:8443"],
    proxiedLoopback: true,
    plaintext: false,
  });
});

test("the address of a named service is allowed by itself, so that it may be private; nothing else is", async () => {
  const { allowed, plaintext } = await routesOf({ allow: [], endpoints: ["http://10.1.2.3:9000", "not an address"] });
  expect({ allowed, plaintext }).toEqual({ allowed: ["10.1.2.3:9000"], plaintext: true });
});
