import { packageBuild } from "../../.ci/package-build.ts";

export default packageBuild({
  // Bundled: file by file, drizzle costs 300 ms and 200 MB at every start.
  deps: { alwaysBundle: [/^drizzle-orm(?:\/|$)/], onlyBundle: ["drizzle-orm"] },
});
