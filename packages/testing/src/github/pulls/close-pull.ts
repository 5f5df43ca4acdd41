import type { World } from "../state/world.ts";
import type { Pull } from "./pull.ts";

/** Follows the state of the pull request's issue. */
export function closePull(world: World, pull: Pull, isClosed: boolean): void {
  pull.state = isClosed ? "closed" : "open";
  pull.closedAt = isClosed ? world.now() : null;
}
