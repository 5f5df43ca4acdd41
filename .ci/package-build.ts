import { defineConfig, type UserConfig } from "tsdown";

/**
 * The shared base of every package build: ES modules with declarations, checked by publint and
 * attw as a consumer would install them. Overrides replace single keys (for example `entry`).
 */
export function packageBuild(overrides: UserConfig = {}): UserConfig {
  return defineConfig({
    entry: ["src/index.ts"],
    format: "esm",
    platform: "node",
    target: "node24",
    tsconfig: "tsconfig.build.json",
    dts: true,
    sourcemap: true,
    clean: true,
    // A package bundles nothing it does not own.
    deps: { onlyBundle: [] },
    // TypeScript 7 itself causes a warning, so warnings can't fail the build; publint and attw do.
    failOnWarn: false,
    logLevel: "warn",
    publint: { strict: true },
    attw: { profile: "esm-only", level: "error" },
    ...overrides,
  });
}

export default packageBuild();
