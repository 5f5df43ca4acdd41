import type { AgentProtocol } from "@orch/core";

/** A protocol for tests: `say X`, `got ID`, `bye`, `ask ID WHAT`, `recant ID`; messages go out as `msg ID TEXT`, the end as `halt`. */
export const lineProtocol: AgentProtocol = {
  name: "lines",
  converse: (host) => ({
    open() {
      host.emit({ type: "session:ready", agentSession: JSON.stringify(host.options) });
    },
    line(text) {
      const [word = "", ...rest] = text.split(" ");
      if (word === "say") host.emit({ type: "text", text: rest.join(" ") });
      if (word === "got") host.emit({ type: "message:delivered", messageId: rest[0] ?? "" });
      if (word === "recant") host.emit({ type: "permission:withdrawn", id: rest[0] ?? "" });
      if (word === "bye") host.closeInput();
      if (word === "ask") {
        host.emit({ type: "permission:requested", id: rest[0] ?? "", what: rest.slice(1).join(" ") });
      }
      if (word === "boom") throw new TypeError("the protocol's own fault");
    },
    steer({ id, text }) {
      if (text === "unwanted") return { accepted: false, why: "unwanted" };
      host.writeLine(`msg ${id} ${text}`);
      return { accepted: true, why: "" };
    },
    answer({ id, allow, why }) {
      host.writeLine(`told ${id} ${allow ? "yes" : "no"} ${why}`);
      host.emit({ type: "permission:answered", id, allowed: allow });
      return true;
    },
    interrupt: () => false,
    end() {
      host.writeLine("halt");
      return true;
    },
  }),
};
