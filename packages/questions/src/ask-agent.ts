import { asOrchError, type TextModel, type TextReply } from "@orch/core";
import { parseAnswer } from "@orch/parser";

import type { AskDeps } from "./deps.ts";
import { runSession, type AskedAgent } from "./run-session.ts";

const SYSTEM = `You answer one question for a program and do nothing else. Use no tools, change no files, ask nothing.
Your whole answer is one JSON object that fits the schema in the message, without any word around it.
`;

/**
 * A `TextModel` behind an agent's own command line: each question is a session of its own, in an empty folder, in the
 * project's sandbox. Question and answer stay in the task's folder for attempt 0, as `question-<token>` (seed row A43).
 */
export function createAgentModel(deps: AskDeps, asked: AskedAgent): TextModel {
  return {
    async ask(question) {
      if (question.signal.aborted) return { kind: "failed", why: "called off" };
      try {
        return await ask(deps, { ...asked, question });
      } catch (error) {
        deps.logger.warn({ agent: asked.agent, error: asOrchError(error) }, "an agent could not be asked");
        return { kind: "failed", why: asOrchError(error).message };
      }
    },
  };
}

type Question = Parameters<TextModel["ask"]>[0];

async function ask(deps: AskDeps, asking: AskedAgent & { readonly question: Question }): Promise<TextReply> {
  const { question, ...asked } = asking;
  const message = `${question.prompt}\n\nThe JSON Schema of your answer:\n\n${JSON.stringify(question.schema)}\n`;
  const { timeoutMs, signal } = question;
  const end = await runSession(deps, { ...asked, purpose: "question", system: SYSTEM, message, timeoutMs, signal });
  if (end.kind === "failed") return { kind: "failed", why: end.why };
  const { usage, failure } = end;
  if (end.cause === "wall") return { kind: "failed", why: `no answer in ${timeoutMs} ms`, usage };
  const parsed = parseAnswer(end.said, question.schema);
  if (parsed.kind === "answer") return { ...parsed, usage };
  const told = failure?.class === "invalid_output" ? undefined : failure;
  if (told === undefined) return { kind: "failed", why: deps.redactor.redact(parsed.problem), usage };
  return { kind: "failed", why: told.message, usage, failure: told };
}
