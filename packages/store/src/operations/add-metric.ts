import type { DomainWrite } from "@orch/core";

import type { Connection } from "../connection.ts";
import { dimsText } from "../job-rows.ts";
import { placeholders } from "../placeholders.ts";
import { metrics } from "../schema.ts";

/** Keeps one measured value. */
export function prepareAddMetric({ orm }: Connection): (metric: Extract<DomainWrite, { kind: "metric:add" }>) => void {
  const add = orm
    .insert(metrics)
    .values(placeholders("name", "dims", "value", "at"))
    .prepare();
  return ({ name, dims, value, at }) => {
    add.run({ name, dims: dimsText(dims), value, at });
  };
}
