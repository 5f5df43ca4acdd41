import type { z } from "zod";

import type { resultSchemas } from "./results.ts";
import type { attemptView, receiptView, taskView, usageView } from "./task-views.ts";

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** What each verb answers, by its name. */
export type CommandResults = {
  readonly [Name in keyof typeof resultSchemas]: Frozen<z.infer<(typeof resultSchemas)[Name]>>;
};

/** A task as every surface shows it. */
export type TaskView = Frozen<z.infer<typeof taskView>>;

/** One try of a task, with its receipts. */
export type AttemptView = Frozen<z.infer<typeof attemptView>>;

/** The proof that a check ran. */
export type ReceiptView = Frozen<z.infer<typeof receiptView>>;

/** Tokens and cost. */
export type UsageView = Frozen<z.infer<typeof usageView>>;
