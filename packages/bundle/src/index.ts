export { MOST_BUNDLE_BYTES, packBundle, type BundleAbout, type PackedBundle } from "./pack-bundle.ts";
export { type Part } from "./part.ts";
export { type BundleManifest, type HiddenCounts } from "./manifest.ts";
