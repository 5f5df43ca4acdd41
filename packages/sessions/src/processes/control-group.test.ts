import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { dropEmptyGroups, findGroupPlace, isGroupOf } from "./control-group.ts";

/** A folder that looks like a control group of version 2. */
async function group(folder: string, { processes = "", enabled = "" } = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const files = {
    "cgroup.type": "domain\n",
    "cgroup.procs": processes,
    "cgroup.controllers": "cpu memory pids\n",
    "cgroup.subtree_control": enabled,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

function facts(mount: string, path: string, root = "/"): { readonly groups: string; readonly mounts: string } {
  return {
    groups: `1:name=systemd:/elsewhere\n0::${path}\n`,
    mounts: `30 23 0:26 / /proc rw - proc proc rw\n35 31 0:30 ${root} ${mount} rw,relatime shared:4 - cgroup2 cgroup2 rw\n`,
  };
}

test("a group is made beside orch's own, in a folder of groups that was delegated to it", async () => {
  const mount = await tempFolder("cgroup");
  const unit = await group(join(mount, "user.slice", "orch.service"), { enabled: "pids memory\n" });
  const main = await group(join(unit, "main"), { processes: "12\n" });
  expect(findGroupPlace(facts(mount, "/user.slice/orch.service/main"))).toEqual({
    version: 2,
    folder: unit,
    own: main,
  });
  // The same, where only a part of the hierarchy is to be seen.
  const part = facts(mount, "/host/user.slice/orch.service/main", "/host");
  expect(findGroupPlace(part)).toEqual({ version: 2, folder: unit, own: main });
});

test("a group is made nowhere where it would be in somebody's way", async () => {
  const mount = await tempFolder("cgroup");
  const slice = await group(join(mount, "app.slice"), { enabled: "pids\n" });
  await group(join(slice, "terminal.scope"), { processes: "12\n" });
  const shared = await group(join(mount, "shared.scope"), { processes: "12\n" });
  await group(join(shared, "main"), { processes: "13\n" });
  await group(mount, { processes: "1\n" });
  const found = ["/app.slice/terminal.scope", "/shared.scope/main", "/"].map((path) =>
    findGroupPlace(facts(mount, path)),
  );
  expect(found).toEqual([
    { why: "the control group of orch was not delegated to it" },
    { why: `the control group ${shared} holds processes itself` },
    { why: "orch runs in the outermost control group that it can see" },
  ]);
});

test("without control groups that count processes there is none", async () => {
  const mount = await tempFolder("cgroup");
  expect(findGroupPlace({ groups: "", mounts: "" })).toEqual({ why: "no control groups for processes are mounted" });
  expect(findGroupPlace({ ...facts(mount, "/a"), groups: "3:cpu,pids:/a\n0::/b\n" })).toEqual({
    why: "no control groups for processes are mounted",
  });
  // The root of all groups has no type; here it has no controllers either.
  await writeFile(join(mount, "cgroup.procs"), "1\n");
  expect(findGroupPlace(facts(mount, "/"))).toEqual({
    why: `the control groups in ${mount} do not count processes`,
  });
});

test("only what may be an old, empty group is removed", async () => {
  const folder = await tempFolder("cgroup");
  await mkdir(join(folder, "orch-no-group"));
  await mkdir(join(folder, "somebody-else"));
  dropEmptyGroups({ version: 2, folder, own: folder }, Number.POSITIVE_INFINITY);
  expect((await readdir(folder)).toSorted()).toEqual(["orch-no-group", "somebody-else"]);
});

test("a group is known by its session's nonce", () => {
  expect(isGroupOf("/sys/fs/cgroup/orch-abc", "abc")).toBe(true);
  expect(isGroupOf("/sys/fs/cgroup", "abc")).toBe(false);
});
