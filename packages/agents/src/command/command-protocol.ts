import type { AgentConversation, AgentProtocol, ProtocolHost } from "@orch/core";
import { fieldAt } from "@orch/parser/text";

import { boundedText } from "../bounded-text.ts";

/** Any program: its lines are what it says, and nothing can be said to it. */
export const commandProtocol: AgentProtocol = { name: "command", converse };

function converse(host: ProtocolHost): AgentConversation {
  return {
    open: () => {
      host.emit({ type: "session:ready" });
      // Nobody will ever write there: a program that reads it must not wait.
      if (fieldAt(host.options, "closeInput") === true) host.closeInput();
    },
    line: (text) => {
      if (text.trim() !== "") host.emit({ type: "text", text: boundedText(text) });
    },
    steer: () => ({ accepted: false, why: "this agent takes no messages while it works" }),
    interrupt: () => false,
  };
}
