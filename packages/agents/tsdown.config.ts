import { packageBuild } from "../../.ci/package-build.ts";

// The protocols are an entry of their own, so that a supervisor never loads what drivers need.
export default packageBuild({
  entry: ["src/index.ts", "src/protocols.ts", "src/replay-player-main.ts", "src/opencode-bridge-main.ts"],
});
