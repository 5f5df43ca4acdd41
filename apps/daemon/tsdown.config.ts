import { packageBuild } from "../../tsdown.config.ts";

export default packageBuild({ entry: ["src/index.ts", "src/main.ts", "src/supervisor-main.ts"] });
