import type { IssueCommandName } from "@orch/commands";
import {
  isSettled,
  nearest,
  parseAgentName,
  type AgentName,
  type CommitSha,
  type RequestedEvent,
  type Task,
  type TaskWords,
} from "@orch/core";

/** What a command asks of a task. */
export interface Granted {
  readonly events: readonly RequestedEvent[];
  /** The issue is to be closed like this, whatever else closes issues. */
  readonly closes?: "completed" | "not_planned";
  /** Labels that pin an agent are to be taken off. */
  readonly unpins?: true;
}

/** The same, or why it can't be granted. */
export type Wish = Granted | { readonly problem: string };

/** A command with what is known of its task. */
export interface Asked {
  readonly task: Task;
  /** `github:octo`. */
  readonly by: string;
  /** The agents of the project. */
  readonly agents: readonly string[];
  readonly argument: string | undefined;
  /** The result that was to be seen when it was said; absent: there was none. */
  readonly shown?: CommitSha;
  /** The name of a text of the task's issue that nobody has approved; absent: none waits. */
  readonly waits?: string;
  /** Who works on it, or did so last; absent: nobody has. */
  readonly agent?: AgentName;
  /** The id of a note that the command's words become. */
  readonly note: string;
}

const PRIORITIES: Readonly<Record<string, number>> = { low: -10, medium: 0, high: 10 };

const asks = (event: RequestedEvent): Wish => ({ events: [event] });

const wishes: Readonly<Record<IssueCommandName, (asked: Asked) => Wish>> = {
  retry: ({ task, by, argument }) => {
    const type = task.status === "done" ? "task:reopened" : "task:retried";
    return asks({ type, by, ...(argument === undefined ? {} : { note: argument }) });
  },
  reroute: (asked) => (asked.argument === undefined ? reroute(asked) : pinned(asked, { again: true })),
  assign: (asked) => pinned(asked, { again: false }),
  block: ({ by, argument = "" }) => asks({ type: "task:held", by, why: argument }),
  unblock: ({ by }) => asks({ type: "task:unblocked", by }),
  close: ({ task, by, argument = "" }) =>
    isSettled(task.status)
      ? { events: [], closes: task.status === "done" ? "completed" : "not_planned" }
      : { events: [{ type: "task:cancelled", by, why: argument }], closes: "not_planned" },
  review: ({ by }) => asks({ type: "review:requested", by }),
  context: ({ by, argument = "", note: id }) => asks({ type: "task:noted", id, by, text: argument, again: false }),
  priority: ({ task, by, argument = "" }) =>
    asks({ type: "task:edited", by, words: { ...wordsOf(task), priority: PRIORITIES[argument.toLowerCase()] ?? 0 } }),
  approve: (asked) =>
    asked.waits === undefined || "result" in asked.task ? merge(asked) : { problem: waits(asked.waits) },
  merge,
  status: () => ({ events: [] }),
  help: () => ({ events: [] }),
};

/** The events that grant a command; pure. `help` and `status` ask for none. */
export function wishOf(name: IssueCommandName, asked: Asked): Wish {
  return wishes[name](asked);
}

function waits(name: string): string {
  return `There is no result to approve. The issue's text as it is now is let in with \`/approve ${name}\`.`;
}

/** Whoever says so means what they saw: a result that came meanwhile, nobody has looked at (law 6). */
function merge({ task, by, shown: commit }: Asked): Wish {
  const { result } = "result" in task ? task : {};
  if (result === undefined || commit === result.commit)
    return asks({ type: "merge:requested", by, ...(commit === undefined ? {} : { commit }) });
  const before = commit === undefined ? "there was no result yet" : `the result was \`${commit.slice(0, 12)}\``;
  const now = `\`${result.commit.slice(0, 12)}\``;
  return { problem: `When you said so, ${before}. Now it is ${now}: look at that, and say it again.` };
}

function wordsOf({ title, body, labels, pins, priority, plan, pace, size, job }: Task): TaskWords {
  return {
    title,
    body,
    labels,
    pins,
    priority,
    ...(plan === undefined ? {} : { plan }),
    ...(pace === undefined ? {} : { pace }),
    ...(size === undefined ? {} : { size }),
    ...(job === undefined ? {} : { job }),
  };
}

/** Somebody else: the agent that was pinned is not any more, whoever had it last is avoided, and the counters begin anew. */
function reroute({ task, by, agent: avoid }: Asked): Wish {
  const { agent: _agent, ...pins } = task.pins;
  return {
    events: [
      { type: "task:edited", by, words: { ...wordsOf(task), pins } },
      { type: "task:retried", by, ...(avoid === undefined ? {} : { avoid }) },
    ],
    unpins: true,
  };
}

function pinned({ task, by, argument = "", agents }: Asked, { again }: { readonly again: boolean }): Wish {
  const name = parseAgentName(argument.replace(/^@/, "").toLowerCase());
  if (!name.ok || !agents.includes(name.value)) {
    const meant = nearest(argument, agents);
    const hint = meant === undefined ? `Known agents: ${agents.join(", ")}.` : `Did you mean \`${meant}\`?`;
    return { problem: `There is no agent \`${argument.replaceAll("`", "")}\`. ${hint}` };
  }
  const pins = { ...task.pins, agent: name.value };
  const edited: RequestedEvent = { type: "task:edited", by, words: { ...wordsOf(task), pins } };
  return again ? { events: [edited, { type: "task:retried", by }], unpins: true } : { events: [edited] };
}
