import {
  defaultLabelNames,
  defaultPolicy,
  parseTaskId,
  unwrap,
  type ForgeHint,
  type PullReview,
  type Task,
  type TaskPolicy,
} from "@orch/core";
import { openStore } from "@orch/store";

import { createFakeClock } from "../fake-clock.ts";
import { PEOPLE } from "../forge/forge-people.ts";
import { createMemoryForge, type MemoryForge } from "../forge/memory-forge.ts";
import { createProcess } from "./daemon-process.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { createDaemon, simulatedProject as project } from "./simulated-daemon.ts";
import { createTrace } from "./trace.ts";
import { simulatedForgePolicy } from "./world-forge.ts";
import { createWorld } from "./world.ts";

/** One thing that people or machines did that day, about the issue with this title or its pull request. */
export type Deed = { readonly minute: number; readonly issue: string } & (
  | { readonly did: "open"; readonly labels?: readonly string[]; readonly as?: string }
  | { readonly did: "label"; readonly labels: readonly string[] }
  | { readonly did: "edit"; readonly body: string }
  | { readonly did: "say"; readonly text: string; readonly as?: string }
  | { readonly did: "close" | "reopen" }
  | { readonly did: "build"; readonly conclusion: "success" | "failure" }
  | { readonly did: "review"; readonly decision: "approve" | "request_changes" | "comment"; readonly text: string }
);

/** What becomes of the webhooks of a deed: after how many minutes each copy of it comes; none: it is lost. */
export type Delays = (deed: Deed) => readonly number[];

const MINUTE_MS = 60_000;
/** After the last deed: so long webhooks may be late, and then everything comes to rest. */
const EVENING_MINUTES = 30;
const policy: TaskPolicy = { ...defaultPolicy, forge: simulatedForgePolicy, maxAttempts: 9, merge: "approve_gate" };

/** Agents and machines that always do the same, so that only the webhooks differ. */
const steady: SeededRandom = {
  next: () => 0.5,
  token: (bytes) => "0".repeat(bytes * 2),
  between: (low) => low,
  chance: (probability) => probability >= 0.5,
  pick<Value>(values: readonly Value[]): Value {
    const [first] = values;
    if (first === undefined) throw new TypeError("nothing to pick from");
    return first;
  },
};

/**
 * Lives through a day with the real engine: the deeds happen at their minutes, and only the webhooks that tell of them
 * come late, twice or never. Gives what is left of it, in words that name no id and no time.
 */
export async function liveThroughDay(day: readonly Deed[], delays: Delays): Promise<readonly string[]> {
  const clock = createFakeClock();
  const forge = createMemoryForge({ project, clock });
  const trace = createTrace(clock);
  const world = createWorld({ clock, random: steady, trace, forge });
  await using store = await openStore({ path: ":memory:", clock });
  const nothing = (): void => undefined;
  const weather = () => ({ crashBefore: 0, crashAfter: 0, loseRequest: 0, loseAnswer: 0 });
  const around = { random: steady, trace, weather, onDeath: nothing, onFault: nothing, onFate: nothing };
  const process = createProcess({ name: "daemon", ...around });
  await using engine = createDaemon({ world, store, policy, process });
  await engine.start();
  const evening = clock.now() + (Math.max(...day.map(({ minute }) => minute)) + EVENING_MINUTES) * MINUTE_MS;
  for (const deed of day) {
    clock.after(deed.minute * MINUTE_MS, () => {
      void happen(forge, deed).then((hints) => {
        for (const late of delays(deed))
          clock.after(late * MINUTE_MS, () => hints.forEach((hint) => void engine.look(hint)));
      });
    });
  }
  while (clock.now() < evening) {
    await settle();
    await clock.advanceToNext();
  }
  return remainsOf(forge, { tasks: await store.tasks({ project, limit: 1000 }), wrong: world.violations });
}

/** Does it, and gives where GitHub's webhooks about it would point. */
async function happen(forge: MemoryForge, deed: Deed): Promise<readonly ForgeHint[]> {
  const { people } = forge;
  if (deed.did === "open") {
    const { issue: title, labels = [defaultLabelNames.orchestrate], as = PEOPLE.owner } = deed;
    const id = await people.openIssue({ title, body: `Please do ${title}.`, labels, as });
    return [{ project, about: "issue", number: Number(id) }];
  }
  const number = issueNumber(forge, deed.issue);
  const id = unwrap(parseTaskId(String(number)));
  const issue: readonly ForgeHint[] = [{ project, about: "issue", number }];
  switch (deed.did) {
    case "label":
      await people.editIssue({ id, labels: [...(forge.state.issues.get(number)?.labels ?? []), ...deed.labels] });
      return issue;
    case "edit":
      await people.editIssue({ id, body: deed.body });
      return issue;
    case "close":
    case "reopen":
      await people.editIssue({ id, state: deed.did === "close" ? "closed" : "open" });
      return issue;
    case "say":
      await people.comment({ thread: number, body: deed.text, ...(deed.as === undefined ? {} : { as: deed.as }) });
      return issue;
    case "build":
    case "review":
      return happenToPull(forge, deed);
  }
}

async function happenToPull(
  forge: MemoryForge,
  deed: Extract<Deed, { did: "build" | "review" }>,
): Promise<readonly ForgeHint[]> {
  const pull = pullOf(forge, deed.issue);
  if (pull === undefined) throw new TypeError(`there is no pull request of ${deed.issue} at minute ${deed.minute}`);
  const { number, head } = pull;
  if (deed.did === "build") {
    await forge.people.finishJob({ commit: head, name: "ci", conclusion: deed.conclusion, log: "the end" });
    return [{ project, about: "commit", commit: head }];
  }
  await forge.people.review({ number, decision: deed.decision, body: deed.text });
  return [{ project, about: "pull", number }];
}

function issueNumber({ state }: MemoryForge, title: string): number {
  const found = [...state.issues].find(([, issue]) => issue.title === title);
  if (found === undefined) throw new TypeError(`there is no issue ${title}`);
  return found[0];
}

function pullOf(
  forge: MemoryForge,
  title: string,
): { readonly number: number; readonly head: PullReview["commit"] } | undefined {
  const branch = `task-${issueNumber(forge, title)}`;
  return [...forge.state.pulls.values()].find((pull) => pull.branch === branch);
}

/** What is left: of every issue its task, labels, comments and pull request. */
function remainsOf(
  forge: MemoryForge,
  { tasks, wrong }: { readonly tasks: readonly Task[]; readonly wrong: readonly string[] },
): readonly string[] {
  const { state } = forge;
  const lines = [...state.issues.values()].map((issue) => {
    const number = Number(issue.id);
    const task = tasks.find(({ id }) => id === issue.id);
    const pull = [...state.pulls.values()].find(({ branch }) => branch === `task-${number}`);
    const said = state.comments.filter(({ thread }) => thread === number || thread === pull?.number);
    const parts = [
      `${issue.title}: ${issue.state} ${issue.closedAs ?? ""} [${issue.labels.toSorted().join(", ")}]`,
      task === undefined ? "no task" : taskWords(task),
      pull === undefined
        ? "no pull request"
        : `pull request ${pull.state}, ${state.reviews.get(pull.number)?.length ?? 0} reviews`,
      ...said.map(({ id, author, body }) => `${author.login} ${saidWords(body)} ${reactionsTo(forge, id)}`).toSorted(),
    ];
    return parts.join("\n  ");
  });
  return [...lines.toSorted(), `${state.pulls.size} pull requests`, ...wrong];
}

function taskWords(task: Task): string {
  const { status, attempts, priority, trust = "trusted", notes = [] } = task;
  const outcome = task.status === "done" ? ` ${task.outcome.kind}` : "";
  const why = task.status === "needs_review" ? ` ${task.reason}` : "";
  return `task ${status}${outcome}${why}, attempt ${task.lastAttempt} (${attempts}), priority ${priority}, ${trust}, ${notes.length} notes`;
}

/** A comment of a person as it is; one of orch by the kind of its mark. */
function saidWords(body: string): string {
  return /^<!-- (orch:[a-z-]+)/.exec(body)?.[1] ?? JSON.stringify(body);
}

function reactionsTo({ state }: MemoryForge, comment: number): string {
  const start = `${comment} `;
  const own = [...state.reactions].filter((reaction) => reaction.startsWith(start));
  return own
    .map((reaction) => reaction.slice(start.length))
    .toSorted()
    .join(" ");
}

/** Lets everything run that needs no time to pass. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
