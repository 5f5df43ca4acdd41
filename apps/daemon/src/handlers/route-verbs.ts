import { DEFAULT_LEARNING } from "@orch/config";
import { readLandings, readLearned, routeLogCursor } from "@orch/engine";
import { learnedTable } from "@orch/router";

import { findProject, needTask, projectOf } from "./place.ts";
import type { ApiServices, Handlers } from "./services.ts";
import { viewTask } from "./views.ts";

const SHADOW_MS = 30 * 86_400_000;

/** Who does a task, and why; and what was learned of it. */
export const routeHandlers: Handlers<"task route" | "route explain" | "route stats"> = {
  async "task route"(services, args) {
    const task = await needTask(services, args.task, args);
    const decision = await services.route(task, projectOf(services, task));
    const view = viewTask(task);
    if (decision.kind === "nobody") return { task: view, agent: null, why: decision.detail, log: decision.log };
    const { assignment, log, learned } = decision;
    const { agent, model, complexity, why } = assignment;
    const more = { ...(model === undefined ? {} : { model }), ...(learned === undefined ? {} : { learned }) };
    return { task: view, agent, complexity, why, log, ...more };
  },
  async "route explain"(services, args) {
    const task = await needTask(services, args.task, args);
    const kept = await services.store.cursor(routeLogCursor(task));
    const log = Array.isArray(kept) ? kept.filter((line) => typeof line === "string") : [];
    const project = services.projects.get(task.project);
    const weights = project === undefined ? [] : await services.weights(project);
    const learned = await readLearned(services.store, task);
    return { task: viewTask(task), log, weights, ...(learned === undefined ? {} : { learned }) };
  },
  async "route stats"(services, args) {
    const project = args.all === true ? undefined : await findProject(services, args);
    const learning = (project?.settings ?? services.projects.list()[0])?.routing?.learning;
    const landings = await readLandings(services.store, project?.id);
    const rows = learnedTable(landings, { settings: learning ?? DEFAULT_LEARNING, now: services.clock.now() });
    return {
      project: project?.id ?? null,
      mode: learning?.mode ?? "off",
      rows: rows.filter((row) => project === undefined || row.project === project.id),
      shadow: await shadowOf(services, project?.id),
    };
  },
};

async function shadowOf(services: ApiServices, project: string | undefined) {
  const since = services.clock.now() - SHADOW_MS;
  const sums = (await services.store.metrics({ name: "route_shadow", since })).filter(
    ({ dims }) => project === undefined || dims["project"] === project,
  );
  const choices = sums.reduce((total, { count }) => total + count, 0);
  const agreed = sums.filter(({ dims }) => dims["agreed"] === "yes").reduce((total, { count }) => total + count, 0);
  const gain = sums.reduce((total, { sum }) => total + sum, 0) / Math.max(1, choices);
  return { choices, agreed, gain };
}
