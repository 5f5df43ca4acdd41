import { packageBuild } from "../../.ci/package-build.ts";

export default packageBuild({ entry: ["src/index.ts", "src/verify-clone-main.ts", "src/tidy-clone-main.ts"] });
