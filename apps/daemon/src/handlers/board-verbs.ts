import { needProject } from "./place.ts";
import type { Handlers } from "./services.ts";

/** The boards that projects stand on. */
export const boardHandlers: Handlers<"board list" | "board link" | "board info" | "board sync"> = {
  async "board list"(services, args) {
    const { id } = await needProject(services, args);
    return { project: id, boards: await services.boards.list(id) };
  },
  async "board link"(services, args) {
    const { id } = await needProject(services, args);
    const info = await services.boards.link(id, args.board);
    if (info.field !== null) await services.boards.sync(id);
    return info;
  },
  async "board info"(services, args) {
    const { id } = await needProject(services, args);
    return services.boards.info(id);
  },
  async "board sync"(services, args) {
    const { id } = await needProject(services, args);
    return { project: id, ...(await services.boards.sync(id)) };
  },
};
