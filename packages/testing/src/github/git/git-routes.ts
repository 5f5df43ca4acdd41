import { asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, type Json, page, paramOf, repositoryFor, repositoryOf } from "../http/api.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { commitJson, fileJson } from "../pulls/commit-json.ts";
import type { Repository } from "../state/repository.ts";
import { nodeId } from "../state/unique.ts";

const REPO = "/repos/:owner/:repo";

/** Branches, refs, commits, comparisons and files, read from the real repository. */
export function registerGit(api: Api): void {
  api.get(`${REPO}/branches`, async (call) => {
    const repository = repositoryOf(call);
    const url = `${call.get("world").url}/repos/${repository.fullName}/commits`;
    const all = [...(await repository.git.branches())];
    const isProtected = (name: string): boolean => repository.protections.has(name);
    return page(
      call,
      all.map(([name, sha]) => ({ name, commit: { sha, url: `${url}/${sha}` }, protected: isProtected(name) })),
    );
  });
  api.get(`${REPO}/branches/:branch{[^/]+}`, oneBranch);
  api.get(`${REPO}/git/ref/:ref{.+}`, async (call) => call.json(await refJson(call, paramOf(call, "ref"))));
  api.get(`${REPO}/git/matching-refs/:ref{.+}`, async (call) => {
    const prefix = paramOf(call, "ref").replace(/^heads\//, "");
    const names = [...(await repositoryOf(call).git.branches()).keys()].filter((name) => name.startsWith(prefix));
    return page(call, await Promise.all(names.map((name) => refJson(call, `heads/${name}`))));
  });
  api.post(`${REPO}/git/refs`, (call) => changeRef(call, asString(bodyOf(call)["ref"]).replace(/^refs\//, ""), 201));
  api.patch(`${REPO}/git/refs/:ref{.+}`, (call) => changeRef(call, paramOf(call, "ref"), 200));
  api.delete(`${REPO}/git/refs/:ref{.+}`, (call) => changeRef(call, paramOf(call, "ref"), 204));
  api.get(`${REPO}/commits`, async (call) => {
    const repository = repositoryOf(call);
    const start = call.req.query("sha") ?? repository.defaultBranch;
    const path = call.req.query("path");
    const names = await repository.git.git(
      "rev-list",
      "--max-count=1000",
      start,
      "--",
      ...(path === undefined ? [] : [path]),
    );
    const shas = names.split("\n").filter((name) => name !== "");
    return page(call, await Promise.all(shas.map((sha) => commitJson(call.get("world"), repository, sha))));
  });
  api.get(`${REPO}/commits/:ref`, async (call) => {
    const repository = repositoryOf(call);
    const sha = await shaOf(repository, paramOf(call, "ref"));
    const parent = (await repository.git.resolve(`${sha}^`)) ?? EMPTY_TREE;
    const files = await fileJson(call.get("world"), repository, { range: `${parent}..${sha}`, sha });
    const sum = (field: string): number => files.reduce((total, file) => total + Number(file[field]), 0);
    const stats = { total: sum("changes"), additions: sum("additions"), deletions: sum("deletions") };
    return call.json({ ...(await commitJson(call.get("world"), repository, sha)), stats, files });
  });
  api.get(`${REPO}/compare/:range{.+}`, compare);
  api.get(`${REPO}/contents/:path{.+}`, contents);
  api.get(`${REPO}/contents`, contents);
}

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

async function shaOf(repository: Repository, ref: string): Promise<string> {
  const name = ref.replace(/^(?:refs\/)?heads\//, "");
  const sha = (await repository.git.resolve(`refs/heads/${name}`)) ?? (await repository.git.resolve(name));
  if (sha === undefined) throw new Refusal(404, "Not Found");
  return sha;
}

async function oneBranch(call: Call): Promise<Response> {
  const repository = repositoryOf(call);
  const name = paramOf(call, "branch");
  const sha = await repository.git.resolve(`refs/heads/${name}`);
  if (sha === undefined) throw new Refusal(404, "Branch not found");
  const url = `${call.get("world").url}/repos/${repository.fullName}/branches/${name}`;
  const rules = repository.protections.get(name);
  const contexts = rules?.requiredChecks ?? [];
  return call.json({
    name,
    commit: await commitJson(call.get("world"), repository, sha),
    _links: { self: url, html: `${call.get("world").url}/${repository.fullName}/tree/${name}` },
    protected: rules !== undefined,
    protection: {
      enabled: rules !== undefined,
      required_status_checks: { enforcement_level: rules === undefined ? "off" : "non_admins", contexts, checks: [] },
    },
    protection_url: `${url}/protection`,
  });
}

async function refJson(call: Call, ref: string): Promise<Json> {
  const repository = repositoryOf(call);
  const sha = await repository.git.resolve(`refs/${ref}`);
  if (sha === undefined) throw notFound();
  const url = `${call.get("world").url}/repos/${repository.fullName}/git`;
  const object = { type: "commit", sha, url: `${url}/commits/${sha}` };
  return { ref: `refs/${ref}`, node_id: nodeId("REF", ref), url: `${url}/refs/${ref}`, object };
}

async function changeRef(call: Call, ref: string, status: 200 | 201 | 204): Promise<Response> {
  const repository = repositoryFor(call, "write");
  const { world, actor } = call.var;
  const before = await repository.git.branches();
  const old = await repository.git.resolve(`refs/${ref}`);
  const body = bodyOf(call);
  if (status === 201 && old !== undefined) throw new Refusal(422, "Reference already exists");
  if (status !== 201 && old === undefined) throw new Refusal(422, "Reference does not exist");
  if (status === 204) await repository.git.git("update-ref", "-d", `refs/${ref}`);
  else {
    const sha = await repository.git.resolve(asString(body["sha"]));
    if (sha === undefined) throw new Refusal(422, "Object does not exist");
    const isForward = old === undefined || body["force"] === true || (await repository.git.isAncestor(old, sha));
    if (!isForward) throw new Refusal(422, "Update is not a fast forward");
    await repository.git.git("update-ref", `refs/${ref}`, sha);
  }
  await world.takeInPush(repository, before, actor);
  return status === 204 ? call.body(null, 204) : call.json(await refJson(call, ref), status);
}

async function compare(call: Call): Promise<Response> {
  const repository = repositoryOf(call);
  const { world } = call.var;
  const [baseName = "", headName = ""] = paramOf(call, "range").split("...");
  const [base, head] = [await shaOf(repository, baseName), await shaOf(repository, headName)];
  const fork = await repository.git.git("merge-base", base, head);
  const list = async (range: string): Promise<readonly string[]> =>
    (await repository.git.git("rev-list", "--reverse", range)).split("\n").filter((name) => name !== "");
  const [ahead, behind] = [await list(`${base}..${head}`), await list(`${head}..${base}`)];
  const url = `${world.url}/repos/${repository.fullName}/compare/${baseName}...${headName}`;
  const html = `${world.url}/${repository.fullName}/compare/${baseName}...${headName}`;
  return call.json({
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: await commitJson(world, repository, base),
    merge_base_commit: await commitJson(world, repository, fork),
    status: statusOf(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: await Promise.all(ahead.map((sha) => commitJson(world, repository, sha))),
    files: await fileJson(world, repository, { range: `${fork}..${head}`, sha: head }),
  });
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return "diverged";
  if (ahead > 0) return "ahead";
  return behind > 0 ? "behind" : "identical";
}

async function contents(call: Call): Promise<Response> {
  const repository = repositoryOf(call);
  const path = call.req.param("path") === undefined ? "" : paramOf(call, "path").replace(/\/$/, "");
  const ref = call.req.query("ref") ?? repository.defaultBranch;
  const sha = await shaOf(repository, ref);
  const kind = path === "" ? "tree" : await repository.git.git("cat-file", "-t", `${sha}:${path}`).catch(() => "");
  if (kind === "") throw notFound();
  if (kind === "blob") return call.json(await blobJson(call, { path, ref, sha }));
  const names = (await repository.git.git("ls-tree", "--name-only", "-z", `${sha}:${path}`))
    .split("\0")
    .filter((name) => name !== "");
  const entries = await Promise.all(
    names.map((name) => entryJson(call, { path: path === "" ? name : `${path}/${name}`, ref, sha })),
  );
  return call.json(entries);
}

interface Place {
  readonly path: string;
  readonly ref: string;
  readonly sha: string;
}

async function entryJson(call: Call, { path, ref, sha }: Place): Promise<Json> {
  const repository = repositoryOf(call);
  const { url } = call.get("world");
  const object = await repository.git.git("rev-parse", `${sha}:${path}`);
  const type = await repository.git.git("cat-file", "-t", object);
  const isFile = type === "blob";
  const self = `${url}/repos/${repository.fullName}/contents/${path}?ref=${ref}`;
  const html = `${url}/${repository.fullName}/${isFile ? "blob" : "tree"}/${ref}/${path}`;
  const git = `${url}/repos/${repository.fullName}/git/${type}s/${object}`;
  return {
    name: path.split("/").at(-1),
    path,
    sha: object,
    size: isFile ? Number(await repository.git.git("cat-file", "-s", object)) : 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: isFile ? `${url}/${repository.fullName}/raw/${ref}/${path}` : null,
    type: isFile ? "file" : "dir",
    _links: { self, git, html },
  };
}

async function blobJson(call: Call, place: Place): Promise<Json> {
  const entry = await entryJson(call, place);
  const text = await repositoryOf(call).git.git("cat-file", "blob", `${place.sha}:${place.path}`);
  // git's last line end is cut off by the runner.
  const full = Buffer.byteLength(text) < Number(entry["size"]) ? `${text}\n` : text;
  return { ...entry, encoding: "base64", content: Buffer.from(full).toString("base64") };
}
