import { posix } from "node:path";

import type { Violation } from "../violation.ts";
import type { TextFile, Workspace } from "../workspace.ts";

const LINK = /\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)/g;

/** Every relative link of a document leads to a file, and every anchor to a heading. */
export function checkLinks(workspace: Workspace): readonly Violation[] {
  const documents = new Map(workspace.documents.map((file) => [file.path, file]));
  return workspace.documents.flatMap((file) =>
    linksOf(file).flatMap((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? file.path : posix.join(posix.dirname(file.path), path);
      const clean = target.replace(/\/$/, "");
      if (!workspace.paths.has(clean)) {
        return [{ where: file.path, message: `broken link ${link}` }];
      }
      const document = documents.get(clean);
      if (anchor === undefined || document === undefined) return [];
      if (anchorsOf(document).has(anchor)) return [];
      return [{ where: file.path, message: `no heading for ${link}` }];
    }),
  );
}

function linksOf(file: TextFile): readonly string[] {
  const prose = file.text.replaceAll(/```[\s\S]*?```/g, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(LINK)]
    .map((match) => match[1] ?? "")
    .filter((link) => link !== "" && !/^[a-z][a-z0-9+.-]*:/i.test(link));
}

function anchorsOf(file: TextFile): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const match of file.text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? "");
  for (const match of file.text.matchAll(/^#+ +(.+?) *$/gm)) {
    const heading = (match[1] ?? "").toLowerCase();
    anchors.add(heading.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-"));
  }
  return anchors;
}
