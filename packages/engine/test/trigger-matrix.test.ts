import { defaultLabelNames, type ForgeRole, type IntakeMode, type Task, type TaskId } from "@orch/core";
import { createMemoryForge, PEOPLE, sampleForge, type MemoryForge } from "@orch/testing";
import { expect, test } from "vitest";

import { lookOf } from "../src/forge/look.ts";
import { takeComment } from "../src/forge/take-comment.ts";
import { takeIssue } from "../src/forge/take-issue.ts";
import { openScene, project } from "./scene.ts";

const { reviewer, stranger } = PEOPLE;
const { approved, orchestrate, no_agent: stop } = defaultLabelNames;
const ACTOR = "actor";
const roles: readonly ForgeRole[] = ["admin", "maintain", "write", "triage", "read", "none"];
const writers: readonly ForgeRole[] = ["admin", "maintain", "write"];

interface Site {
  readonly forge: MemoryForge;
  /** Gives the actor a role. */
  become(role: ForgeRole): Promise<void>;
  open(as: string, labels?: readonly string[]): Promise<TaskId>;
  /** Lets orch look at an issue and what is said there, a second after everything before. */
  look(id: TaskId): Promise<Task | undefined>;
  /** What a writer says to let a text in, as orch names it. */
  command(id: TaskId): Promise<string>;
}

async function openSite(given: { readonly mode: IntakeMode; readonly strangers: "wait" | "look" }): Promise<Site> {
  const scene = await openScene();
  const forge = createMemoryForge({ project, clock: scene.clock });
  const own = scene.deps.projects.get(project) ?? expect.unreachable();
  const configured = { ...own, forge: { ...sampleForge, intake: { ...sampleForge.intake, ...given } } };
  const projects = { get: () => configured, list: () => [configured] };
  const deps = { ...scene.deps, projects, forges: { of: () => forge, key: new Uint8Array(32) } };
  const tick = (): Promise<void> => scene.clock.advance(1000);
  return {
    forge,
    become: (role) => forge.people.giveRole({ login: ACTOR, role }),
    async open(as, labels = []) {
      const id = await forge.people.openIssue({ title: "Door", body: "old", labels, as });
      await tick();
      return id;
    },
    async look(id) {
      await tick();
      const issue = (await forge.issue(id)) ?? expect.unreachable();
      await takeIssue(deps, { forge, issue });
      for (const comment of await forge.comments(Number(id))) await takeComment(deps, { look: lookOf(forge), comment });
      await tick();
      return scene.store.task({ project, id });
    },
    async command(id) {
      const said = (await forge.comments(Number(id))).map(({ body }) => body).join("\n");
      return /\/approve [0-9a-f]{12}/.exec(said)?.[0] ?? expect.fail("nobody is told how to let it in");
    },
  };
}

/** What somebody of a role makes happen; gives whether the work goes on because of it. */
interface Happening {
  readonly name: string;
  readonly mode?: IntakeMode;
  readonly happens: (site: Site, role: ForgeRole) => Promise<boolean>;
  /** Whatever the role, nothing goes on. */
  readonly stops?: true;
}

/** Something is done with an agent that may write, and by these words. */
function isAtWork(task: Task | undefined, body = "old"): boolean {
  return task !== undefined && task.trust !== "untrusted" && task.status === "new" && task.body === body;
}

/** A stranger's issue that a writer opted in, and orch has seen. */
async function waiting(site: Site): Promise<TaskId> {
  const id = await site.open(stranger);
  await site.forge.people.editIssue({ id, labels: [orchestrate], as: reviewer });
  await site.look(id);
  return id;
}

/** The same, once a writer has let it in. */
async function letIn(site: Site): Promise<TaskId> {
  const id = await waiting(site);
  await site.forge.people.comment({ thread: Number(id), body: await site.command(id), as: reviewer });
  expect(isAtWork(await site.look(id))).toBe(true);
  return id;
}

const label = (labels: readonly string[], of: string) => async (site: Site) => {
  const id = await site.open(of === "actor" ? ACTOR : of);
  await site.look(id);
  await site.forge.people.editIssue({ id, labels, as: ACTOR });
  return isAtWork(await site.look(id));
};

const happenings: readonly Happening[] = [
  { name: "opens an issue", happens: async (site) => isAtWork(await site.look(await site.open(ACTOR))) },
  {
    name: "edits their own issue, of when they could write",
    async happens(site, role) {
      await site.become("write");
      const id = await site.open(ACTOR);
      expect(isAtWork(await site.look(id))).toBe(true);
      await site.become(role);
      await site.forge.people.editIssue({ id, body: "new", as: ACTOR });
      return isAtWork(await site.look(id), "new");
    },
  },
  {
    name: "closes an approved issue",
    mode: "label",
    stops: true,
    async happens(site) {
      const id = await letIn(site);
      await site.forge.people.editIssue({ id, state: "closed", as: ACTOR });
      return isAtWork(await site.look(id));
    },
  },
  {
    name: "puts a stop label on it",
    mode: "label",
    stops: true,
    async happens(site) {
      const id = await letIn(site);
      await site.forge.people.editIssue({ id, labels: [orchestrate, stop], as: ACTOR });
      return isAtWork(await site.look(id));
    },
  },
  {
    name: "edits an approved issue of a stranger's",
    mode: "label",
    async happens(site) {
      const id = await letIn(site);
      await site.forge.people.editIssue({ id, body: "new", as: ACTOR });
      return isAtWork(await site.look(id), "new");
    },
  },
  {
    name: "says something below an approved issue",
    mode: "label",
    async happens(site) {
      const id = await letIn(site);
      await site.forge.people.comment({ thread: Number(id), body: "Of oak.", as: ACTOR });
      return ((await site.look(id))?.notes ?? []).some(({ text }) => text === "Of oak.");
    },
  },
  { name: "labels a stranger's issue as approved", happens: label([approved], stranger) },
  {
    name: "approves its text",
    mode: "label",
    async happens(site) {
      const id = await waiting(site);
      await site.forge.people.comment({ thread: Number(id), body: await site.command(id), as: ACTOR });
      return isAtWork(await site.look(id));
    },
  },
  {
    name: "approves another text",
    mode: "label",
    stops: true,
    async happens(site) {
      const id = await waiting(site);
      const command = await site.command(id);
      await site.forge.people.editIssue({ id, body: "worse", as: stranger });
      await site.forge.people.comment({ thread: Number(id), body: command, as: ACTOR });
      const task = await site.look(id);
      return isAtWork(task) || isAtWork(task, "worse");
    },
  },
  { name: "opts a writer's issue in", mode: "label", happens: label([orchestrate], reviewer) },
  { name: "opts their own issue in", mode: "label", happens: label([orchestrate], "actor") },
  { name: "opts in a stranger's issue", mode: "label", stops: true, happens: label([orchestrate], stranger) },
];

const cases = roles.flatMap((role) =>
  happenings.flatMap((happening) => (["wait", "look"] as const).map((strangers) => ({ role, happening, strangers }))),
);

test("there are 144 cases", () => {
  expect(cases).toHaveLength(144);
});

test.each(cases)(
  "somebody with the role $role $happening.name ($strangers)",
  async ({ role, happening, strangers }) => {
    const site = await openSite({ mode: happening.mode ?? "all", strangers });
    await site.become(role);
    const goesOn = await happening.happens(site, role);
    expect(goesOn).toBe(happening.stops !== true && writers.includes(role));
  },
);
