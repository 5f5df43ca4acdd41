/**
 * One cheap question to a language model, for routing and grading. Contract: `answer` conforms to `schema` (a JSON
 * Schema) or the call resolves to a failure; it never throws for what the model did.
 */
export interface TextModel {
  ask(question: {
    readonly prompt: string;
    readonly schema: Readonly<Record<string, unknown>>;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  }): Promise<{ readonly kind: "answer"; readonly value: unknown } | { readonly kind: "failed"; readonly why: string }>;
}
