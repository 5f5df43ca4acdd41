import { packageBuild } from "../../tsdown.config.ts";

export default packageBuild({ entry: ["src/main.ts"], attw: false });
