import type { ContentfulStatusCode } from "hono/utils/http-status";

import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import type { BackingReply } from "../backing.ts";
import { type Api, bodyOf, type Call, type Json, numberOf, repositoryFor } from "../http/api.ts";
import { invalid, Refusal } from "../http/refusal.ts";
import { closePull } from "../pulls/close-pull.ts";
import type { Repository } from "../state/repository.ts";
import { emit } from "../webhooks/emit.ts";
import { listComments } from "./comment-list.ts";
import { tellIssueChange } from "./issue-events.ts";
import { decorate, issueJson } from "./issue-json.ts";

const ISSUES = "/repos/:owner/:repo/issues";

/** Issues, their comments and labels: kept by `emulate`, guarded and told of by us. */
export function registerIssues(api: Api): void {
  api.post(ISSUES, createIssue);
  api.patch(`${ISSUES}/comments/:comment`, changeComment);
  api.delete(`${ISSUES}/comments/:comment`, changeComment);
  api.get(`${ISSUES}/comments`, (call) => listComments(call, undefined));
  api.get(`${ISSUES}/:number/comments`, (call) => listComments(call, numberOf(call, "number")));
  api.post(`${ISSUES}/:number/comments`, createComment);
  api.patch(`${ISSUES}/:number`, changeIssue);
  for (const part of ["labels", "assignees", "lock"]) {
    api.post(`${ISSUES}/:number/${part}`, changeIssue);
    api.put(`${ISSUES}/:number/${part}`, changeIssue);
    api.delete(`${ISSUES}/:number/${part}`, changeIssue);
  }
  api.delete(`${ISSUES}/:number/labels/:name`, changeIssue);
  api.post("/repos/:owner/:repo/labels", changeLabel("created"));
  api.patch("/repos/:owner/:repo/labels/:name", changeLabel("edited"));
  api.delete("/repos/:owner/:repo/labels/:name", changeLabel("deleted"));
}

/** Asks `emulate` as the same person and adds what it doesn't know. */
export async function passOn(call: Call): Promise<Response> {
  return answer(call, await forward(call));
}

/** Passes the request on; `body` replaces its body. */
async function forward(call: Call, body?: Json): Promise<BackingReply> {
  const { world, actor } = call.var;
  const url = new URL(call.req.url);
  // Stamps have whole seconds outside and milliseconds inside: the second itself must count as since then.
  const since = url.searchParams.get("since");
  if (since !== null) url.searchParams.set("since", since.replace(/(?:\.\d+)?Z$/, ""));
  const path = url.pathname.replace(/^\/api\/v3(?=\/)/, "") + url.search;
  const given = body ?? (call.get("text") === "" ? undefined : bodyOrList(call));
  const token = actor.token === undefined ? { anonymous: true } : { token: actor.token };
  return world.backing.call(call.req.method, path, { ...token, body: given });
}

function bodyOrList(call: Call): unknown {
  return call.get("text").trimStart().startsWith("[") ? JSON.parse(call.get("text")) : bodyOf(call);
}

function answer(call: Call, reply: BackingReply): Response {
  const link = reply.headers.get("link");
  if (link !== null) call.header("link", link.replaceAll(/<https?:\/\/[^/]+/g, `<${call.get("world").url}`));
  if (reply.status === 204 || reply.text === "") return call.body(null, reply.status as 204);
  if (reply.status >= 300 && reply.status < 400) {
    return call.redirect(reply.headers.get("location") ?? "/", 302);
  }
  const body = reply.body === undefined ? { message: reply.text } : decorate(call.get("world"), reply.body);
  return call.json(body, reply.status as ContentfulStatusCode);
}

async function createIssue(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "read");
  const { world, actor } = call.var;
  const body = bodyOf(call);
  // Labels, assignees and milestone of people without that right are dropped without a word.
  const kept = world.may(actor, repository, "triage") ? body : { title: body["title"], body: body["body"] };
  const reply = await forward(call, kept);
  if (reply.status === 201) {
    const after = decorate(world, reply.body) as Json;
    await tellIssueChange(world, repository, { before: undefined, after, by: actor });
  }
  return answer(call, reply);
}

async function changeIssue(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "read");
  const { world, actor } = call.var;
  const number = numberOf(call, "number");
  const before = await issueJson(world, repository, number);
  const isOwn = asString(asRecord(before["user"])["login"]) === actor.login;
  const isText = call.req.method === "PATCH" && bodyOf(call)["labels"] === undefined;
  if (!(isOwn && isText)) repositoryFor(call, "triage");
  const reply = await forward(call);
  if (reply.status < 300) {
    const after = await issueJson(world, repository, number);
    const pull = repository.pulls.get(number);
    if (pull !== undefined && before["state"] !== after["state"]) closePull(world, pull, after["state"] === "closed");
    await tellIssueChange(world, repository, { before, after, by: actor });
  }
  return answer(call, reply);
}

async function createComment(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "read");
  const { world, actor } = call.var;
  const issue = await issueJson(world, repository, numberOf(call, "number"));
  if (issue["locked"] === true) {
    const allowed = world.may(actor, repository, "write");
    if (!allowed) throw new Refusal(403, "Unable to create comment because issue is locked.");
  }
  const reply = await forward(call);
  if (reply.status === 201) await tellComment(call, repository, { action: "created", comment: reply.body });
  return answer(call, reply);
}

async function changeComment(call: Call): Promise<Response> {
  const repository = repositoryFor(call, "read");
  const { world, actor } = call.var;
  const path = `/repos/${repository.fullName}/issues/comments/${numberOf(call, "comment")}`;
  const before = asRecord((await world.backing.call("GET", path)).body);
  if (asString(asRecord(before["user"])["login"]) !== actor.login) repositoryFor(call, "write");
  const reply = await forward(call);
  if (reply.status === 204) await tellComment(call, repository, { action: "deleted", comment: before });
  if (reply.status === 200) {
    const changes = { body: { from: before["body"] } };
    await tellComment(call, repository, { action: "edited", comment: reply.body, changes });
  }
  return answer(call, reply);
}

async function tellComment(
  call: Call,
  repository: Repository,
  told: { action: string; comment: unknown; changes?: Json },
): Promise<void> {
  const { world, actor } = call.var;
  const comment = decorate(world, told.comment) as Json;
  const number = Number(asString(comment["issue_url"]).split("/").at(-1));
  const issue = await issueJson(world, repository, number);
  const act = { number, by: actor.login, at: world.now() };
  if (told.action === "edited") repository.acts.push({ ...act, what: "edited", comment: Number(comment["id"]) });
  if (told.action === "deleted") repository.acts.push({ ...act, what: "uncommented" });
  await emit(world, repository, { event: "issue_comment", payload: { ...told, comment, issue }, by: actor });
}

function changeLabel(action: string): (call: Call) => Promise<Response> {
  return async (call) => {
    const repository = repositoryFor(call, "write");
    const { world, actor } = call.var;
    const name = call.req.param("name");
    const path = `/repos/${repository.fullName}/labels/${encodeURIComponent(name ?? "")}`;
    const before = name === undefined ? undefined : (await world.backing.call("GET", path)).body;
    const reply = await forward(call);
    if (action === "created" && reply.status === 422) {
      const wanted = path + encodeURIComponent(asString(bodyOf(call)["name"]));
      const { status } = await world.backing.call("GET", wanted);
      if (status === 200) throw invalid({ resource: "Label", code: "already_exists", field: "name" });
    }
    if (reply.status < 300)
      await emit(world, repository, { event: "label", payload: { action, label: reply.body ?? before }, by: actor });
    return answer(call, reply);
  };
}
