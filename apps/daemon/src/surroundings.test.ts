import { expect, test } from "vitest";

import { createSurroundings } from "./surroundings.ts";

test("a session gets no relative program folder, no secret and no home but its own", () => {
  const all = {
    PATH: "/usr/bin:.::bin:/bin",
    HOME: "/home/me",
    GITHUB_TOKEN: "t",
    MY_API_KEY: "k",
    LANG: "C",
    OTHER: "x",
  };
  const path = ["/usr/bin", "/bin"];
  const { environment, hidden } = createSurroundings({ all, home: "/home/me/.orch", userHome: "/home/me", path });
  expect(environment({ home: "/own", set: { TASK_ID: "int-1" } })).toEqual({
    PATH: "/usr/bin:/bin",
    LANG: "C",
    TASK_ID: "int-1",
    HOME: "/own",
  });
  expect(hidden).toEqual(expect.arrayContaining(["/home/me/.orch", "/home/me/.ssh", "/home/me/.npmrc"]));
});
