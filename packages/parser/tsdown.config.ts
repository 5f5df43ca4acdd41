import { packageBuild } from "../../.ci/package-build.ts";

// A second entry, so that a session's supervisor never loads zod.
export default packageBuild({ entry: ["src/index.ts", "src/text.ts"] });
