import { packageBuild } from "../../.ci/package-build.ts";

export default packageBuild({
  entry: ["src/main.ts"],
  attw: false,
  // Every file that a start reads costs, so what a start always needs is bundled; the rest is loaded when it is asked for.
  deps: { alwaysBundle: [/^@orch\/(?:api|commands|core|security)$/], onlyBundle: [] },
});
