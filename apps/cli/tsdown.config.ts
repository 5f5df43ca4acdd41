import { packageBuild } from "../../tsdown.config.ts";

export default packageBuild({
  entry: ["src/main.ts"],
  attw: false,
  // Bundled, because every file that a start reads costs; the daemon stays a package of its own.
  deps: { alwaysBundle: [/^@orch\/(?!daemon)/], onlyBundle: [] },
});
