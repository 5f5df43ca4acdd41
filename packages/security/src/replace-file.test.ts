import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import { expect, test } from "vitest";

import { replaceFile } from "./replace-file.ts";

test("writers at the same instant leave one whole text and nothing else", async () => {
  const folder = await tempFolder();
  const path = join(folder, "config.yml");
  const texts = Array.from({ length: 50 }, (_, index) => `${index}\n`.repeat(1000));
  await Promise.all(texts.map((text) => replaceFile(path, text)));
  expect(texts).toContain(await readFile(path, "utf8"));
  expect(await readdir(folder)).toEqual(["config.yml"]);
});

test("a link in its place leads the text nowhere, and a failure leaves no draft", async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, "theirs"), "precious");
  await symlink(join(folder, "theirs"), join(folder, "link"));
  await replaceFile(join(folder, "link"), "mine");
  expect(await readFile(join(folder, "theirs"), "utf8")).toBe("precious");
  expect(await readFile(join(folder, "link"), "utf8")).toBe("mine");
  await mkdir(join(folder, "folder"));
  await expect(replaceFile(join(folder, "folder"), "text")).rejects.toThrow();
  expect((await readdir(folder)).toSorted()).toEqual(["folder", "link", "theirs"]);
});
