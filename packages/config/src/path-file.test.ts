import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "@orch/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parsePathFile, readPathFile } from "./path-file.ts";

const env = { HOME: "/home/me", PATH: "/usr/bin:/bin", SECRET: "/secret" };

test.each([
  ['export PATH="$HOME/bin:$PATH"', ["/home/me/bin", "/usr/bin", "/bin"]],
  ["PATH=$PATH:/opt/x/bin # my tools", ["/usr/bin", "/bin", "/opt/x/bin"]],
  ["PATH=~/bin:~/.cargo/bin:$PATH;", ["/home/me/bin", "/home/me/.cargo/bin", "/usr/bin", "/bin"]],
  ["export PATH='/opt/it is/bin':${PATH}\nexport PATH", ["/opt/it is/bin", "/usr/bin", "/bin"]],
  ['export GOPATH="${HOME}/go"\nexport PATH="$GOPATH/bin:$PATH"', ["/home/me/go/bin", "/usr/bin", "/bin"]],
  ['PATH="/a\\$b:$PATH"', ["/a$b", "/usr/bin", "/bin"]],
  // One that forgets what was there loses nothing.
  ["PATH=/only", ["/only", "/usr/bin", "/bin"]],
  ["PATH=.:relative::/a:$PATH", ["/a", "/usr/bin", "/bin"]],
  ["", ["/usr/bin", "/bin"]],
])("%j is understood", (text, path) => {
  expect(parsePathFile(text, env)).toEqual({ path, skipped: [] });
});

test.each([
  'PATH="$(brew --prefix)/bin:$PATH"',
  "PATH=`which x`:$PATH",
  'eval "$(rbenv init -)"',
  "PATH=/a:$PATH; rm -rf /",
  "PATH=/a && true",
  "PATH=/a > /b",
  "PATH=${X:-/a}",
  'PATH="$SECRET:$PATH"',
  "PATH=/a B=/c",
  "if [ -d /a ]; then",
  "path+=(/a)",
  "PATH=/*/bin",
])("%j is passed over, and told of", (line) => {
  const words = parsePathFile(`# mine\n${line}\nPATH=/b:$PATH\n`, env);
  expect(words).toEqual({ path: ["/b", "/usr/bin", "/bin"], skipped: [2] });
});

test("whatever a file holds, its folders are absolute, and what was there stays", () => {
  const word = fc.constantFrom(
    "PATH=",
    "export ",
    "$PATH",
    "$HOME",
    '"',
    "'",
    ":",
    "~",
    "/a",
    "\\",
    "`",
    "$(",
    "\n",
    " ",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const { path } = parsePathFile(words.join(""), env);
      expect(path.every((folder) => folder.startsWith("/"))).toBe(true);
      expect(path).toEqual(expect.arrayContaining(["/usr/bin", "/bin"]));
    }),
    { numRuns: 3000 },
  );
});

test("only a file that is the person's own counts", async () => {
  const folder = await tempFolder("path");
  const file = join(folder, ".path");
  expect(await readPathFile(file, env)).toBeUndefined();
  await writeFile(file, "PATH=/a:$PATH\n", { mode: 0o600 });
  expect(await readPathFile(file, env)).toEqual({ ok: true, value: { path: ["/a", "/usr/bin", "/bin"], skipped: [] } });
  const link = join(folder, "link");
  await symlink(file, link);
  expect(await readPathFile(link, env)).toMatchObject({ ok: true });
  await chmod(file, 0o666);
  expect(await readPathFile(file, env)).toEqual({ ok: false, error: "others may write to it" });
  await mkdir(join(folder, "folder"));
  expect(await readPathFile(join(folder, "folder"), env)).toEqual({ ok: false, error: "it is not a regular file" });
});
