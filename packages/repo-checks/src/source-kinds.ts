import type { Member, TextFile, Workspace } from "./workspace.ts";

/** Members that exist only for development; they may do what products may not. */
export const DEVELOPMENT_MEMBERS: ReadonlySet<string> = new Set(["@orch/testing", "@orch/repo-checks", "@orch/bench"]);

/** A test file, or a file that only tests use. */
export function isTest(file: TextFile): boolean {
  return /\.test(-d)?\.tsx?$/.test(file.path) || file.path.split("/").includes("test");
}

/** Source files that ship to users, each with its member. */
export function productSources(workspace: Workspace): readonly { member: Member; file: TextFile }[] {
  return workspace.members
    .filter((member) => !DEVELOPMENT_MEMBERS.has(member.manifest.name))
    .flatMap((member) => member.sources.filter((file) => !isTest(file)).map((file) => ({ member, file })));
}

/** Every source file, tests included. */
export function allSources(workspace: Workspace): readonly TextFile[] {
  return workspace.members.flatMap((member) => member.sources);
}

/** True for the entry point of a process: `main.ts` or `*-main.ts`. */
export function isEntryPoint(file: TextFile): boolean {
  return /\/(?:[a-z0-9-]+-)?main\.ts$/.test(file.path);
}
