import type { Manifest, Workspace } from "./workspace.ts";

/** What a test plants for one member; unmentioned fields get harmless values. */
export interface PlantedMember {
  readonly folder?: string;
  readonly manifest?: Partial<Manifest>;
  /** Path below the member's folder to text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly readme?: string;
}

/** A workspace in memory, for showing that a check fails on a planted case. */
export function plant(
  members: Readonly<Record<string, PlantedMember>>,
  documents: Readonly<Record<string, string>> = {},
): Workspace {
  const planted = Object.entries(members).map(([name, member]) => {
    const folder = member.folder ?? `packages/${name}`;
    return {
      folder,
      manifest: { name: `@orch/${name}`, ...member.manifest },
      sources: Object.entries(member.files ?? {}).map(([path, text]) => ({
        path: `${folder}/${path}`,
        text,
      })),
      readme: member.readme,
    };
  });
  const files = planted.flatMap((member) => member.sources.map((file) => file.path));
  return {
    members: planted,
    documents: Object.entries(documents).map(([path, text]) => ({ path, text })),
    paths: new Set([...files, ...Object.keys(documents)]),
  };
}
