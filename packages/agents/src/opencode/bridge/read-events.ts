/** The values of the `data:` lines of an event stream, parsed. Ends when the stream does; broken ones are left out. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    if (!text.includes("\n")) {
      parts.push(text);
      continue;
    }
    const lines = `${parts.join("")}${text}`.split("\n");
    parts.length = 0;
    parts.push(lines.pop() ?? "");
    for (const line of lines) {
      const value = line.startsWith("data:") ? parsed(line.slice(5)) : undefined;
      if (value !== undefined) yield value;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
