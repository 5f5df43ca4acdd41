import type { AttemptView } from "@orch/api";

import type { Style } from "./style.ts";

type Confinement = NonNullable<AttemptView["confinement"]>;

const NETWORKS = { open: "network open", filtered: "network filtered", none: "no network" } as const;
const CREDENTIALS = { held: "holds its own credential", masked: "keys kept outside", none: undefined } as const;

/** How something was confined, in one line; what was missing stands out. */
export function renderConfinement({ sandbox, network, credentials }: Confinement, style: Style): string {
  const loud = (text: string, isBad: boolean): string => (isBad ? style.yellow(text) : style.dim(text));
  const kept = CREDENTIALS[credentials];
  const parts = [
    sandbox === "none" ? style.red("NO SANDBOX") : style.dim(`sandbox ${sandbox}`),
    loud(NETWORKS[network], network === "open"),
    ...(kept === undefined ? [] : [loud(kept, credentials === "held")]),
  ];
  return parts.join(style.dim(", "));
}
