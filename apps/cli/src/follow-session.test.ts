import type { SessionEvent } from "@orch/core";
import { createFakeClock } from "@orch/testing";
import { expect, test } from "vitest";

import type { Context } from "./context.ts";
import { followSession } from "./follow-session.ts";
import { createStyle } from "./render/style.ts";

const asked: SessionEvent = {
  seq: 1,
  at: 0,
  kind: "agent",
  event: { type: "permission:requested", id: "7", what: "curl example.com", tool: "Bash" },
};

/** What is shown of a session whose agent asks; `open`: the question still waits. */
async function shown(open: boolean): Promise<string> {
  const written: string[] = [];
  const ask = { id: "7", what: "curl example.com", tool: "Bash", askedAt: 0, deadline: 60_000 };
  const replies: Readonly<Record<string, unknown>> = {
    "task live": { sessions: [{ id: "s", task: "acme/app#int-3" }] },
    "task get": { asks: open ? [ask] : [] },
  };
  async function* events(): AsyncGenerator<SessionEvent> {
    yield asked;
  }
  const context: Context = Object.assign({} as Context, {
    host: { clock: createFakeClock(), out: { write: (text: string) => written.push(text) } },
    style: createStyle(false),
    client: { sessionEvents: events, call: async (verb: string) => replies[verb] },
  });
  await followSession(context, { session: "s", signal: new AbortController().signal });
  return written.join("");
}

test("a question that waits is shown with its deadline and the commands that answer it", async () => {
  expect(await shown(true)).toBe(
    "Asks Bash: curl example.com\n" +
      "  orch task allow acme/app#int-3 7, or: orch task deny acme/app#int-3 7 (denied at 1970-01-01T00:01:00.000Z)\n",
  );
  expect(await shown(false)).toBe("asks for permission (7): curl example.com\n");
});
