import { packageBuild } from "../../.ci/package-build.ts";

export default packageBuild({ entry: ["src/index.ts", "src/replay-player-main.ts", "src/opencode-bridge-main.ts"] });
