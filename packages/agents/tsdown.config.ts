import { packageBuild } from "../../tsdown.config.ts";

export default packageBuild({ entry: ["src/index.ts", "src/replay-player-main.ts"] });
