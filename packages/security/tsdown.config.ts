import { packageBuild } from "../../.ci/package-build.ts";

export default packageBuild({ entry: ["src/index.ts", "src/redaction-worker-main.ts"] });
