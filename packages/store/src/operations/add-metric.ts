import type { DomainWrite } from "@orch/core";

import type { Connection } from "../connection.ts";
import { dimsText } from "../job-rows.ts";
import { metrics } from "../schema.ts";

/** Keeps one measured value. */
export function prepareAddMetric({ orm }: Connection): (metric: Extract<DomainWrite, { kind: "metric:add" }>) => void {
  return ({ name, dims, value, at }) => {
    orm
      .insert(metrics)
      .values({ name, dims: dimsText(dims), value, at })
      .run();
  };
}
