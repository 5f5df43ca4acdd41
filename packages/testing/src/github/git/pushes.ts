import { asString } from "../../model-server/wire/json-values.ts";
import { asksOf } from "../pulls/branch-rules.ts";
import { pullJson } from "../pulls/pull-json.ts";
import type { Repository } from "../state/repository.ts";
import type { Actor, World } from "../state/world.ts";
import { emit } from "../webhooks/emit.ts";

const NO_COMMIT = "0".repeat(40);

/** One branch that moved. */
interface Move {
  readonly branch: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly by: Actor;
}

/** Tells what moved since `before` and moves the heads of open pull requests along. */
export async function takeInPush(
  world: World,
  repository: Repository,
  { before, by }: { before: ReadonlyMap<string, string>; by: Actor },
): Promise<void> {
  const after = await repository.git.branches();
  for (const branch of new Set([...before.keys(), ...after.keys()])) {
    const move = { branch, from: before.get(branch), to: after.get(branch), by };
    if (move.from === move.to) continue;
    await tellPush(world, repository, move);
    for (const target of world.repositories.values()) await moveHeads(world, { target, source: repository }, move);
  }
}

async function tellPush(world: World, repository: Repository, { branch, from, to, by }: Move): Promise<void> {
  const ref = { ref: branch, ref_type: "branch", pusher_type: "user" };
  if (from === undefined) {
    const payload = { ...ref, master_branch: repository.defaultBranch, description: null };
    await emit(world, repository, { event: "create", payload, by });
  }
  const commits = to === undefined ? [] : await commitsOf(world, repository, { from, to });
  const compare = `${world.url}/${repository.fullName}/compare/${(from ?? NO_COMMIT).slice(0, 12)}...${(to ?? NO_COMMIT).slice(0, 12)}`;
  const isForced = from !== undefined && to !== undefined && !(await repository.git.isAncestor(from, to));
  await emit(world, repository, {
    event: "push",
    payload: {
      ref: `refs/heads/${branch}`,
      before: from ?? NO_COMMIT,
      after: to ?? NO_COMMIT,
      base_ref: null,
      created: from === undefined,
      deleted: to === undefined,
      forced: isForced,
      compare,
      commits,
      head_commit: commits.at(-1) ?? null,
      pusher: { name: by.login, email: `${by.login}@example.com` },
    },
    by,
  });
  if (to === undefined) await emit(world, repository, { event: "delete", payload: ref, by });
}

async function commitsOf(
  world: World,
  repository: Repository,
  { from, to }: { from: string | undefined; to: string },
): Promise<readonly Record<string, unknown>[]> {
  const main = await repository.git.resolve(`refs/heads/${repository.defaultBranch}`);
  const start = from ?? (main === to ? undefined : main);
  const range = start === undefined ? [to] : [`${start}..${to}`];
  const format = ["%H", "%T", "%an", "%ae", "%aI", "%B"].join("%x00");
  const text = await repository.git.git("log", "-z", "--reverse", "--max-count=20", `--format=${format}%x01`, ...range);
  return text
    .split("\u0001")
    .map((entry) => entry.replace(/^\0/, "").split("\0"))
    .filter((parts) => parts.length > 1)
    .map((parts) => {
      const [id = "", tree = "", name, email, date, message = ""] = parts;
      const person = { name, email, date };
      const url = `${world.url}/${repository.fullName}/commit/${id}`;
      const files = { added: [], removed: [], modified: [] };
      return {
        id,
        tree_id: tree,
        distinct: true,
        message: message.trimEnd(),
        timestamp: date,
        url,
        author: person,
        committer: person,
        ...files,
      };
    });
}

/** Open pull requests of `target` whose head or base is the moved branch. */
async function moveHeads(
  world: World,
  { target, source }: { target: Repository; source: Repository },
  move: Move,
): Promise<void> {
  const { branch, from, to, by } = move;
  for (const pull of target.pulls.values()) {
    if (pull.state !== "open") continue;
    if (target === source && pull.baseRef === branch && to !== undefined) pull.baseSha = to;
    if (pull.headRepository !== source.fullName || pull.headRef !== branch || to === undefined) continue;
    if (target !== source) await target.git.git("fetch", "--quiet", source.git.path, `refs/heads/${branch}`);
    await target.git.git("update-ref", `refs/pull/${pull.number}/head`, to);
    pull.headSha = to;
    const isStale = asksOf(target, pull.baseRef, true).dismissStale;
    for (const review of isStale ? pull.reviews.filter(({ state }) => state === "APPROVED") : []) {
      review.state = "DISMISSED";
    }
    const shown = await pullJson(world, target, pull);
    const payload = {
      action: "synchronize",
      number: pull.number,
      before: asString(from),
      after: to,
      pull_request: shown,
    };
    await emit(world, target, { event: "pull_request", payload, by });
  }
}
