import { packageBuild } from "../../.ci/package-build.ts";

// A second entry, so that the command line never loads zod.
export default packageBuild({ entry: ["src/index.ts", "src/schemas.ts"] });
