import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { gitEnvironment } from "../../git-repository.ts";

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;
/** Commands that only read: starting a program is what most of a stand-in's time goes into. */
const READS: ReadonlySet<string> = new Set([
  "cat-file",
  "diff",
  "for-each-ref",
  "log",
  "ls-tree",
  "merge-base",
  "merge-tree",
  "rev-list",
  "rev-parse",
  "show",
]);

/** Who a commit is by. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** A bare repository of the stand-in, with the git work that GitHub does itself. */
export interface BareRepository {
  readonly path: string;
  /**
   * Runs git there and gives its standard output without the last line end; rejects when git fails.
   * What only reads is asked once, until something was written.
   */
  git(...args: string[]): Promise<string>;
  /** Says that something was written there past these functions. */
  changed(): void;
  /** Runs git with this as its standard input. */
  feed(input: string, ...args: string[]): Promise<void>;
  /** The commit that a ref names (`refs/heads/x`, a branch, a SHA); undefined when there is none. */
  resolve(ref: string): Promise<string | undefined>;
  /** All branches with their commits. */
  branches(): Promise<ReadonlyMap<string, string>>;
  /** The tree of `head` merged into `base`; undefined when they conflict. */
  mergeTree(base: string, head: string): Promise<string | undefined>;
  /** Makes a commit and gives its name. */
  commitTree(tree: string, options: { parents: readonly string[]; message: string; by: Identity }): Promise<string>;
  /** Puts the commits of `head` on top of `base` one by one; undefined when they conflict. */
  rebase(base: string, head: string, by: Identity): Promise<string | undefined>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
}

/** A commit or tree by its full name, or a range of commits: what git says of them stays true. */
const LASTING = /^[0-9a-f]{40}(?:\.{2,3}[0-9a-f]{40}|\^\{(?:tree|commit)\})?$/;

/** What git answered; `forget` leaves what can't change. */
function rememberedAnswers(): {
  readonly to: (args: readonly string[], ask: () => Promise<string>) => Promise<string>;
  readonly forget: () => void;
} {
  const [fleeting, lasting] = [new Map<string, Promise<string>>(), new Map<string, Promise<string>>()];
  return {
    to(args, ask) {
      const question = args.join("\0");
      const about = args.slice(1).filter((word) => !word.startsWith("-"));
      const isLasting = about.length > 0 && about.every((word) => LASTING.test(word));
      const answer = lasting.get(question) ?? fleeting.get(question) ?? ask();
      fleeting.set(question, answer);
      // What was refused may have been fetched by the next time.
      if (isLasting) void answer.then(() => lasting.set(question, answer)).catch(() => undefined);
      return answer;
    },
    forget: () => fleeting.clear(),
  };
}

/** The repository in this folder. */
export function bareRepository(path: string): BareRepository {
  const answers = rememberedAnswers();
  async function start(args: readonly string[]): Promise<string> {
    const { stdout } = await run("git", ["-C", path, ...args], { maxBuffer: MAX_OUTPUT, env: gitEnvironment() });
    return stdout.replace(/\n$/, "");
  }
  async function git(...args: string[]): Promise<string> {
    if (READS.has(args[0] ?? "")) return answers.to(args, () => start(args));
    // What was read while something was written is forgotten too.
    return start(args).finally(answers.forget);
  }
  const orUndefined = async (work: Promise<string>): Promise<string | undefined> => work.catch(() => undefined);

  return {
    path,
    git,
    changed: answers.forget,
    async feed(input, ...args) {
      const running = run("git", ["-C", path, ...args], { env: gitEnvironment() });
      running.child.stdin?.end(input);
      await running.finally(answers.forget);
    },
    resolve: (ref) => orUndefined(git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`)),
    async branches() {
      const lines = (await git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")).split("\n");
      return new Map(lines.filter((line) => line !== "").map((line) => line.split(" ", 2) as [string, string]));
    },
    mergeTree: (base, head) => orUndefined(git("merge-tree", "--write-tree", base, head)),
    commitTree: (tree, { parents, message, by }) =>
      git(...identity(by), "commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-m", message),
    async rebase(base, head, by) {
      const folder = await mkdtemp(join(tmpdir(), "orch-rebase-"));
      try {
        await git("worktree", "add", "--quiet", "--detach", folder, head);
        const there = bareRepository(folder);
        await there.git(...identity(by), "rebase", "--quiet", base);
        return await there.git("rev-parse", "HEAD");
      } catch {
        return undefined;
      } finally {
        await rm(folder, { recursive: true, force: true });
        await git("worktree", "prune");
      }
    },
    isAncestor: (ancestor, descendant) =>
      git("merge-base", "--is-ancestor", ancestor, descendant).then(
        () => true,
        () => false,
      ),
  };
}

function identity({ name, email }: Identity): string[] {
  return ["-c", `user.name=${name}`, "-c", `user.email=${email}`];
}

/** The line of GitHub's own commits. */
export function noReply(login: string, id: number): Identity {
  return { name: login, email: `${id}+${login}@users.noreply.github.com` };
}
