import type { Json } from "../http/api.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";
import type { World } from "../state/world.ts";

/** A commit as lists show it. */
export async function commitJson(world: World, repository: Repository, sha: string): Promise<Json> {
  const format = ["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x00");
  const [name = "", tree = "", parents = "", ...rest] = (
    await repository.git.git("show", "--no-patch", `--format=${format}`, sha)
  ).split("\0");
  const [authorName, authorEmail, authorDate, committerName, committerEmail, committerDate, message = ""] = rest;
  const url = `${world.url}/repos/${repository.fullName}`;
  const html = `${world.url}/${repository.fullName}/commit/${name}`;
  const verification = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };
  return {
    sha: name,
    node_id: nodeId("C", name),
    commit: {
      author: { name: authorName, email: authorEmail, date: authorDate },
      committer: { name: committerName, email: committerEmail, date: committerDate },
      message: message.trimEnd(),
      tree: { sha: tree, url: `${url}/git/trees/${tree}` },
      url: `${url}/git/commits/${name}`,
      comment_count: 0,
      verification,
    },
    url: `${url}/commits/${name}`,
    html_url: html,
    comments_url: `${url}/commits/${name}/comments`,
    author: null,
    committer: null,
    parents: parents
      .split(" ")
      .filter((parent) => parent !== "")
      .map((parent) => ({ sha: parent, url: `${url}/commits/${parent}`, html_url: html.replace(name, parent) })),
  };
}

const STATUS: Readonly<Record<string, string>> = {
  A: "added",
  M: "modified",
  D: "removed",
  R: "renamed",
  C: "copied",
  T: "changed",
};

/** One changed file of `git diff --name-status -z`. */
interface Change {
  readonly code: string;
  readonly filename: string;
  readonly previous: string | undefined;
}

/** The files that a range changes, with their patches. */
export async function fileJson(
  world: World,
  repository: Repository,
  place: { range: string; sha: string },
): Promise<readonly Json[]> {
  const names = (await repository.git.git("diff", "--name-status", "-z", place.range))
    .split("\0")
    .filter((part) => part !== "");
  const changes: Change[] = [];
  for (let index = 0; index < names.length;) {
    const [code = "", first = "", second = ""] = names.slice(index, index + 3);
    const isMove = code.startsWith("R") || code.startsWith("C");
    changes.push({ code: code.charAt(0), filename: isMove ? second : first, previous: isMove ? first : undefined });
    index += isMove ? 3 : 2;
  }
  return Promise.all(changes.map((change) => changeJson(world, repository, { ...place, ...change })));
}

async function changeJson(
  world: World,
  repository: Repository,
  change: Change & { range: string; sha: string },
): Promise<Json> {
  const { code, filename, previous, range, sha } = change;
  const git = (...args: string[]): Promise<string> => repository.git.git(...args);
  const patch = await git("diff", range, "--", ...(previous === undefined ? [] : [previous]), filename);
  const numbers = (await git("diff", "--numstat", range, "--", filename)).split("\t").map((part) => Number(part) || 0);
  const [additions = 0, deletions = 0] = numbers;
  const file = encodeURIComponent(filename);
  const hunks = patch.indexOf("\n@@");
  return {
    sha: await git("rev-parse", "--verify", "--quiet", `${sha}:${filename}`).catch(() => null),
    filename,
    status: STATUS[code] ?? "changed",
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${world.url}/${repository.fullName}/blob/${sha}/${file}`,
    raw_url: `${world.url}/${repository.fullName}/raw/${sha}/${file}`,
    contents_url: `${world.url}/repos/${repository.fullName}/contents/${file}?ref=${sha}`,
    ...(hunks < 0 ? {} : { patch: patch.slice(hunks + 1) }),
    ...(previous === undefined ? {} : { previous_filename: previous }),
  };
}
