import type { Reply, ReplyBlock } from "./wire.ts";

/** Tokens of a text, by the rule of thumb which every count of this server uses. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Estimated tokens of one part of a reply. */
function blockTokens(block: ReplyBlock): number {
  switch (block.type) {
    case "thinking":
    case "text":
      return countTokens(block.text);
    case "custom-call":
      return countTokens(block.input);
    case "call":
      return countTokens(JSON.stringify(block.input));
  }
}

/** Tokens of all parts, and of the thinking among them: as the reply says, or estimated. */
export function replyTokens({ blocks, outputTokens }: Pick<Reply, "blocks" | "outputTokens">): {
  output: number;
  reasoning: number;
} {
  if (outputTokens !== undefined) return { output: outputTokens, reasoning: 0 };
  let output = 0;
  let reasoning = 0;
  for (const block of blocks) {
    const tokens = blockTokens(block);
    output += tokens;
    reasoning += block.type === "thinking" ? tokens : 0;
  }
  return { output, reasoning };
}
