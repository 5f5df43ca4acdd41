import { err, ok, orchError, type OrchError, type ProjectId, type Result, type SandboxMode } from "@orch/core";
import { Document, isMap, isSeq, parseDocument } from "yaml";

import type { ProjectEntry } from "./config.ts";
import { present } from "./fill-defaults.ts";
import { expandPath, type PathRoots } from "./home-paths.ts";

/**
 * The text of a global configuration file with a project added to `projects`; comments and order stay. A path that is
 * there already, however it is written, changes nothing but its confinement, where one is given.
 * Error: `config_invalid` when the text is not what it should be.
 */
export function withProject(text: string, project: ProjectEntry, from: PathRoots): Result<string, OrchError> {
  const document = parseDocument(text, { logLevel: "silent" });
  const root = document.contents;
  if (document.errors.length > 0 || (root !== null && !isMap(root))) return err(unusable("it is not valid YAML"));
  const { path, id, sandbox } = project;
  const entry = id === undefined && sandbox === undefined ? path : { path, ...present({ id, sandbox }) };
  const projects: unknown = document.get("projects", true);
  if (isSeq(projects)) {
    const at = projects.items.findIndex((item) => pathOf(document, item, from) === path);
    if (at !== -1 && sandbox === undefined) return ok(text);
    if (at === -1) projects.add(document.createNode(entry));
    else projects.set(at, withSandbox(document, { item: projects.items[at], path, sandbox }));
    return ok(textOf(document));
  }
  if (document.get("projects") !== undefined && document.get("projects") !== null)
    return err(unusable("projects is not a list"));
  if (root === null)
    return ok(`${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${textOf(new Document({ projects: [entry] }))}`);
  document.set("projects", [entry]);
  return ok(textOf(document));
}

/**
 * The text of a global configuration file in which a project keeps its id, whatever its repository is called; one whose
 * path is not there changes nothing. Error: `config_invalid` when the text is not what it should be.
 */
export function withProjectId(
  text: string,
  { path, id }: { readonly path: string; readonly id: ProjectId },
  from: PathRoots,
): Result<string, OrchError> {
  const document = parseDocument(text, { logLevel: "silent" });
  const projects: unknown = document.get("projects", true);
  if (document.errors.length > 0) return err(unusable("it is not valid YAML"));
  const at = isSeq(projects) ? projects.items.findIndex((item) => pathOf(document, item, from) === path) : -1;
  if (at === -1 || !isSeq(projects)) return ok(text);
  const item: unknown = projects.items[at];
  if (!isMap(item)) projects.set(at, document.createNode({ path, id }));
  else if (item.get("id") === undefined) item.set("id", id);
  else return ok(text);
  return ok(textOf(document));
}

/**
 * The text of a global configuration file without a project, by its path; a path that is not there changes nothing.
 * Error: `config_invalid` when the text is not what it should be.
 */
export function withoutProject(text: string, path: string, from: PathRoots): Result<string, OrchError> {
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0) return err(unusable("it is not valid YAML"));
  const projects: unknown = document.get("projects", true);
  const at = isSeq(projects) ? projects.items.findIndex((item) => pathOf(document, item, from) === path) : -1;
  if (at === -1 || !isSeq(projects)) return ok(text);
  projects.delete(at);
  return ok(textOf(document));
}

/**
 * The text of a project's file that turns its forge on: `gh.repo` and `gh.enabled` are added where it says neither.
 * Error: `config_invalid` when the text is not what it should be.
 */
export function withForge(text: string, repository: string): Result<string, OrchError> {
  const document = parseDocument(text, { logLevel: "silent" });
  const root = document.contents;
  const gh: unknown = isMap(root) ? root.get("gh", true) : undefined;
  if (document.errors.length > 0 || (root !== null && !isMap(root)) || (gh !== undefined && !isMap(gh))) {
    return err(
      orchError("config_invalid", `the .orch.yml of ${repository} is not what it should be`, {
        hint: "Repair it there, then try again.",
      }),
    );
  }
  for (const [name, value] of Object.entries({ repo: repository, enabled: true })) {
    if (!document.hasIn(["gh", name])) document.setIn(["gh", name], value);
  }
  return ok(textOf(document));
}

/**
 * The text of a global configuration file that has webhooks taken: `webhook.enabled` is true, and the file with secrets is
 * named where one is given. Error: `config_invalid` when the text is not what it should be.
 */
export function withWebhooks(text: string, secretFile: string | undefined): Result<string, OrchError> {
  const document = parseDocument(text, { logLevel: "silent" });
  const root = document.contents;
  const webhook: unknown = isMap(root) ? root.get("webhook", true) : undefined;
  const isMapOrNone = (value: unknown): boolean => value === undefined || isMap(value);
  if (document.errors.length > 0 || (root !== null && !isMap(root)) || !isMapOrNone(webhook)) {
    const hint = "Repair the file first, or set webhook.enabled and webhook.secret_file by hand.";
    return err(
      orchError("config_invalid", "The configuration can't be changed: it is not what it should be", { hint }),
    );
  }
  document.setIn(["webhook", "enabled"], true);
  if (secretFile !== undefined) document.setIn(["webhook", "secret_file"], secretFile);
  return ok(textOf(document));
}

/** An entry of the list with another confinement; what else it says stays. */
function withSandbox(
  document: Document,
  { item, path, sandbox }: { readonly item: unknown; readonly path: string; readonly sandbox: SandboxMode | undefined },
): unknown {
  if (!isMap(item)) return document.createNode({ path, ...present({ sandbox }) });
  item.set("sandbox", sandbox);
  return item;
}

/** Long lines stay long. */
function textOf(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

function pathOf(document: Document, item: unknown, from: PathRoots): string | undefined {
  const written: unknown = isMap(item) ? item.get("path") : document.createNode(item).toJS(document);
  return typeof written === "string" ? expandPath(written, from) : undefined;
}

function unusable(why: string): OrchError {
  return orchError("config_invalid", `The list of projects in the configuration can't be changed: ${why}`, {
    hint: "Repair the file first, or add the project to its projects: list by hand.",
  });
}
