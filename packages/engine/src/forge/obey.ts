import { nearest, parseAgentName, type RequestedEvent, type Task } from "@orch/core";

import { issueCommands, type CommandName, type IssueCommand } from "./commands.ts";

/** What a command asks of a task, or why it can't be granted. */
export type Wish = { readonly events: readonly RequestedEvent[] } | { readonly problem: string };

const PRIORITIES: Readonly<Record<string, number>> = { low: -1, medium: 0, high: 1 };

interface Asked {
  readonly task: Task;
  readonly by: string;
  readonly agents: readonly string[];
  readonly words: string;
}

const asks = (event: RequestedEvent): Wish => ({ events: [event] });

const wishes: Readonly<Record<CommandName, (asked: Asked) => Wish>> = {
  retry: ({ by, words }) => asks({ type: "task:retried", by, ...(words === "" ? {} : { note: words }) }),
  reroute: (asked) => (asked.words === "" ? reroute(asked.task, asked.by) : pinned(asked, { again: true })),
  assign: (asked) => (asked.words === "" ? lacking("assign") : pinned(asked, { again: false })),
  block: ({ by, words }) => asks({ type: "task:held", by, why: words }),
  unblock: ({ by }) => asks({ type: "task:unblocked", by }),
  close: ({ by }) => asks({ type: "task:closed", by, as: "completed" }),
  review: ({ by }) => asks({ type: "review:requested", by }),
  context: ({ by, words }) =>
    words === "" ? lacking("context") : asks({ type: "task:noted", by, text: words, again: false }),
  priority: (asked) => priority(asked.task, asked),
  approve: ({ by }) => asks({ type: "merge:requested", by }),
  merge: ({ by }) => asks({ type: "merge:requested", by }),
  status: () => ({ events: [] }),
  help: () => ({ events: [] }),
};

/** The events that grant a command; pure. `help` and `status` ask for none. */
export function wishOf({ name, words }: IssueCommand, asked: Omit<Asked, "words">): Wish {
  return wishes[name]({ ...asked, words });
}

function lacking(name: CommandName): Wish {
  return { problem: `Say more: \`${issueCommands[name].usage}\`.` };
}

function priority(task: Task, { by, words }: { readonly by: string; readonly words: string }): Wish {
  const value = PRIORITIES[words.toLowerCase()];
  if (value === undefined) return { problem: `Say how urgent it is: \`${issueCommands.priority.usage}\`.` };
  const { title, body, labels, pins } = task;
  return { events: [{ type: "task:edited", by, words: { title, body, labels, pins, priority: value } }] };
}

/** Somebody else: the agent that was pinned is not any more, and the counters begin anew. */
function reroute(task: Task, by: string): Wish {
  const { title, body, labels, priority: urgency } = task;
  const { agent: _agent, ...pins } = task.pins;
  return {
    events: [
      { type: "task:edited", by, words: { title, body, labels, pins, priority: urgency } },
      { type: "task:retried", by },
    ],
  };
}

function pinned({ task, by, words, agents }: Asked, { again }: { readonly again: boolean }): Wish {
  const name = parseAgentName(words.replace(/^@/, "").toLowerCase());
  if (!name.ok || !agents.includes(name.value)) {
    const meant = nearest(words, agents);
    const hint = meant === undefined ? `Known agents: ${agents.join(", ")}.` : `Did you mean \`${meant}\`?`;
    return { problem: `There is no agent \`${words.replaceAll("`", "")}\`. ${hint}` };
  }
  const { title, body, labels, priority: urgency } = task;
  const pins = { ...task.pins, agent: name.value };
  const edited: RequestedEvent = { type: "task:edited", by, words: { title, body, labels, pins, priority: urgency } };
  return { events: again ? [edited, { type: "task:retried", by }] : [edited] };
}
