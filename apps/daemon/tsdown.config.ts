import { packageBuild } from "../../.ci/package-build.ts";

export default packageBuild({
  entry: ["src/index.ts", "src/main.ts", "src/supervisor-main.ts", "src/sandbox-proof-main.ts"],
});
