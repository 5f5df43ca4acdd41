import { packageBuild } from "../../tsdown.config.ts";

// A second entry, so that the command line never loads zod.
export default packageBuild({ entry: ["src/index.ts", "src/schemas.ts"] });
