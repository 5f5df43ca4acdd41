export { ALL_CHECKS } from "./all-checks.ts";
export { findRoot } from "./find-root.ts";
export type { Check, Violation } from "./violation.ts";
export { type Manifest, type Member, readWorkspace, type Workspace } from "./workspace.ts";
