import type { ToolAction } from "../scenario.ts";
import type { OfferedTool, ReplyBlock } from "../wire/wire.ts";

/** A reply block before its call got an id. */
export type DraftBlock = DistributiveOmit<ReplyBlock, "callId">;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What a dialect may use beside the action itself. */
export interface DialectContext {
  /** Whether the request offers a tool of this name. */
  offers(name: string): boolean;
  /** The path, absolute when the working directory is known. */
  absolute(path: string): string;
  /** The present text of a file; undefined when it cannot be read. */
  readText(path: string): string | undefined;
}

/** How one agent's tools carry out neutral actions. */
export interface Dialect {
  /** True when the offered tools are this agent's. */
  speaks(tools: readonly OfferedTool[]): boolean;
  /** The calls that carry out a run of actions, in order. */
  calls(actions: readonly ToolAction[], context: DialectContext): readonly DraftBlock[];
}

/** A text that tells a reader of the log why an action did not become a call. */
export function missingTool(action: ToolAction): DraftBlock {
  return { type: "text", text: `[the agent offers no tool to ${action.do}]` };
}
