import { plantedSecrets } from "@orch/testing";

/** Text, bytes, a link to somewhere, a program, a repository with one more commit; undefined: no such file. */
export type Content =
  | string
  | Buffer
  | { readonly link: string }
  | { readonly program: string }
  | { readonly repository: string }
  | undefined;

/** Path to content. */
export type Files = Readonly<Record<string, Content>>;

/** A change, and all that the gate has to say about it. */
export interface GateCase {
  readonly what: string;
  /** There before, in the base. */
  readonly before?: Files;
  /** In a first commit of the change, whose files the second one may take away again. */
  readonly passing?: Files;
  readonly after: Files;
  readonly message?: string;
  readonly author?: string;
  /** `reason path` of each finding, or `kind path` of each caution; none: nobody has to see it. */
  readonly finds: readonly string[];
}

type Row = readonly [what: string, after: Files, finds?: string | readonly string[], before?: Files];

const MEBIBYTE = 1024 * 1024;
const secret = (kind: string): string => plantedSecrets[kind]?.text ?? "";
const many = (folder: string, count: number): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${folder}/${index}.txt`, `${index}\n`]));
const large = (letter: string, length: number): string => `${letter.repeat(1023)}\n`.repeat(length / 1024);
const nul = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]);
const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
const manifest = { name: "a", version: "1.0.0", scripts: { test: "vitest" }, dependencies: { a: "1" } };

function caseOf([what, after, finds = [], before]: Row): GateCase {
  return {
    what,
    after,
    finds: typeof finds === "string" ? [finds] : finds,
    ...(before === undefined ? {} : { before }),
  };
}

/** Changes of one file at a path that is guarded under this kind, each with what it was before and is then. */
function guarded(kind: string, rows: readonly (readonly [what: string, path: string, before?: Content])[]): Row[] {
  return rows.map(([what, path, before]) => [
    what,
    { [path]: "changed\n" },
    `${kind} ${path}`,
    before === undefined ? {} : { [path]: before },
  ]);
}

const protectedPaths: readonly Row[] = [
  ...guarded("protected_path", [
    ["a workflow", ".github/workflows/ci.yml", "on: push\n"],
    ["a workflow in other letters", ".GitHub/WORKFLOWS/x.yml"],
    ["an action of the project's own", ".github/actions/build/action.yml"],
    ["the pipeline of another service", ".gitlab-ci.yml"],
    ["a pipeline in a folder", ".circleci/config.yml"],
    ["who has to review what", ".github/CODEOWNERS"],
    ["instructions of agents", "AGENTS.md", "Be kind.\n"],
    ["instructions deep in the tree", "packages/deep/CLAUDE.md"],
    ["instructions in small letters", "packages/small/agents.md"],
    ["settings of an agent", ".claude/settings.json"],
    ["servers of tools", "apps/one/.mcp.json"],
    ["orch's own file", ".orch.yml", "checks: []\n"],
    ["an environment", "apps/one/.env"],
    ["a hook of the shell", ".envrc"],
    ["where submodules come from", ".gitmodules"],
    ["tasks of an editor", ".vscode/tasks.json"],
    ["a long s, which file systems take for an s", "fold/AGENT\u017f.md"],
    ["a Kelvin sign, which they take for a k", ".vscode/tas\u212as.json"],
    ["a zero-width mark, which some file systems skip", ".clau\u200cde/settings.json"],
  ]),
  [
    "a workflow that is gone",
    { ".github/workflows/gone.yml": undefined },
    "protected_path .github/workflows/gone.yml",
    { ".github/workflows/gone.yml": "on: push\n" },
  ],
  [
    "a workflow that is moved away",
    { ".github/workflows/moved.yml": undefined, "docs/moved.yml": "on: moved\n" },
    "protected_path .github/workflows/moved.yml",
    { ".github/workflows/moved.yml": "on: moved\n" },
  ],
  [
    "a file that becomes instructions",
    { "docs/notes.md": undefined, "docs/AGENTS.md": "notes of mine\n" },
    "protected_path docs/AGENTS.md",
    { "docs/notes.md": "notes of mine\n" },
  ],
  [
    "a workflow that becomes a program",
    { ".github/workflows/mode.yml": { program: "on: mode\n" } },
    "protected_path .github/workflows/mode.yml",
    { ".github/workflows/mode.yml": "on: mode\n" },
  ],
  ["a folder of settings that becomes a link", { ".codex": { link: "docs" } }, "protected_path .codex"],
];

const trees: readonly Row[] = [
  ["a link to a file of the machine", { "l/absolute": { link: "/etc/passwd" } }, "unsafe_tree l/absolute"],
  ["a link out of the tree", { "l/up": { link: "../../outside" } }, "unsafe_tree l/up"],
  ["a link that goes down and then up", { "l/twisted": { link: "d/../../../x" } }, "unsafe_tree l/twisted"],
  ["a link into git's own folder", { "l-git": { link: ".git/config" } }, "unsafe_tree l-git"],
  ["a link into it in other letters", { "l-case": { link: ".GIT/hooks" } }, "unsafe_tree l-case"],
  [
    "a link into it with a mark that file systems skip",
    { "l-mark": { link: ".g\u200cit/hooks" } },
    "unsafe_tree l-mark",
  ],
  ["a link into it by its short name", { "l-short": { link: "git~1/hooks" } }, "unsafe_tree l-short"],
  ["a link of another system's", { "l-back": { link: "..\\outside" } }, "unsafe_tree l-back"],
  [
    "a link that leads out now",
    { "l/turned": { link: "../../etc" } },
    "unsafe_tree l/turned",
    { "l/turned": { link: "a" } },
  ],
  ["a repository in the repository", { "inner/repository": { repository: "inner" } }, "unsafe_tree inner/repository"],
  ["a line break in a name", { "n/a\nb.txt": "x" }, "unsafe_tree n/a\nb.txt"],
  ["an escape in a name", { "n/a\u001b[2Kb.txt": "x" }, "unsafe_tree n/a\u001b[2Kb.txt"],
  ["another direction in a name", { "n/a\u202etxt.sh": "x" }, "unsafe_tree n/a\u202etxt.sh"],
  ["a zero-width space in a name", { "n/re\u200badme.md": "x" }, "unsafe_tree n/re\u200badme.md"],
  ["tags in a name", { "n/a\u{e0041}.md": "x" }, "unsafe_tree n/a\u{e0041}.md"],
];

const secrets: readonly Row[] = [
  ["github classic", "s/github.ts"],
  ["aws id", "s/aws.txt"],
  ["slack webhook", "s/slack.yml"],
  ["anthropic api", "s/anthropic.json"],
  ["open private key", "s/key.pem"],
  ["url password", "s/database.env.md"],
  ["npm", "s/npm.sh"],
].map(([kind = "", path = ""]): Row => [
  `a secret: ${kind}`,
  { [path]: `a = ${secret(kind)}\n` },
  `secret_found ${path}`,
]);

const TOKEN = secret("github classic");

const carried: readonly GateCase[] = [
  caseOf(["a secret in a name", { [`s/${TOKEN}.txt`]: "x" }, `secret_found s/${TOKEN}.txt`]),
  caseOf(["a secret as the end of a link", { "s/link": { link: TOKEN } }, "secret_found s/link"]),
  caseOf(["a secret between zeros", { "s/zeros.bin": Buffer.from(`\0${TOKEN}\0`) }, "secret_found s/zeros.bin"]),
  caseOf([
    "a secret in what attributes call binary",
    { "s/hidden.dat": `${TOKEN}\n` },
    "secret_found s/hidden.dat",
    { "s/.gitattributes": "*.dat -diff -text\n" },
  ]),
  {
    what: "a secret that the next commit takes away",
    passing: { "s/passing.txt": `${TOKEN}\n` },
    after: { "s/passing.txt": undefined },
    finds: ["secret_found s/passing.txt"],
  },
  {
    what: "a secret in the message",
    after: { "s/message.txt": "x" },
    message: `feat: ${TOKEN}`,
    finds: ["secret_found (commit message)"],
  },
  {
    what: "a secret as the author",
    after: { "s/author.txt": "x" },
    author: TOKEN,
    finds: ["secret_found (commit message)"],
  },
];

const sizes: readonly Row[] = [
  ["a file that is too large", { "z/large.txt": `${large("a", MEBIBYTE)}b` }, "too_large z/large.txt"],
  [
    "files that are too large together",
    Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((one) => [`z/sum-${one}.txt`, large(one, MEBIBYTE)])),
    "too_large ",
  ],
  ["too many files", many("z/many", 201), "too_large "],
];

const seen: readonly Row[] = [
  ...guarded("lockfile", [
    ["a lockfile", "package-lock.json", "{}\n"],
    ["a new one, deep", "packages/a/pnpm-lock.yaml"],
    ["one in other letters", "crates/CARGO.LOCK"],
    ["one of another language", "go.sum"],
  ]),
  ["a lockfile that is gone", { "old/yarn.lock": undefined }, "lockfile old/yarn.lock", { "old/yarn.lock": "a\n" }],
  [
    "a lockfile that is moved away",
    { "moved/uv.lock": undefined, "moved/uv.txt": "uv\n" },
    "lockfile moved/uv.lock",
    { "moved/uv.lock": "uv\n" },
  ],
  ...guarded("script", [
    ["settings of npm", ".npmrc"],
    ["a hook of git's", ".husky/pre-commit", "npm test\n"],
    ["a build script", "native/build.rs"],
    ["settings of cargo", "native/.cargo/config.toml"],
    ["a wrapper of a build", "gradlew", "#!/bin/sh\n"],
    ["what pnpm loads", ".pnpmfile.cjs"],
    ["a container that an editor opens", ".devcontainer/devcontainer.json"],
  ]),
  [
    "an install script",
    { "i1/package.json": json({ ...manifest, scripts: { test: "vitest", postinstall: "node x" } }) },
    "script i1/package.json",
    { "i1/package.json": json(manifest) },
  ],
  [
    "a script twice, the second counts",
    { "i2/package.json": '{"scripts": {}, "scripts": {"prepare": "x"}}\n' },
    "script i2/package.json",
    { "i2/package.json": "{}\n" },
  ],
  ["a manifest that can't be read", { "i3/package.json": '{"scripts": ' }, "script i3/package.json"],
  ["a picture", { "b/picture.png": nul }, "binary b/picture.png"],
  ["a picture that is called text", { "b/picture.txt": nul }, "binary b/picture.txt"],
  ["zeros far behind", { "b/late.txt": Buffer.concat([Buffer.from("x".repeat(70_000)), nul]) }, "binary b/late.txt"],
  ["another encoding", { "b/utf16.txt": Buffer.from("\ufeffwords", "utf16le") }, "binary b/utf16.txt"],
  ["a text that becomes a program", { "m/run.sh": { program: "a\n" } }, "mode m/run.sh", { "m/run.sh": "a\n" }],
  ["a new program", { "m/new.sh": { program: "new\n" } }, "mode m/new.sh"],
  ["a new link in the tree", { "m/link": { link: "run.sh" } }, "mode m/link"],
  ["a file that becomes a link", { "m/was-file": { link: "run.sh" } }, "mode m/was-file", { "m/was-file": "a\n" }],
  [
    "a link that leads elsewhere",
    { "m/turned": { link: "new.sh" } },
    "mode m/turned",
    { "m/turned": { link: "run.sh" } },
  ],
  [
    "a repository in it that moves on",
    { "m/module": { repository: "inner" } },
    "mode m/module",
    { "m/module": { repository: "inner" } },
  ],
];

/** What the gate has to stop, or to show a person. */
export const GUARDED: readonly GateCase[] = [
  ...[...protectedPaths, ...trees, ...secrets, ...sizes, ...seen].map((row) => caseOf(row)),
  ...carried,
];

const plainText = (path: string): Row => [`a file called ${path}`, { [path]: "words\n" }];

const looksLike: readonly Row[] = [
  ...[
    "src/new.ts",
    "docs/AGENTS-guide.md",
    "docs/MY-AGENTS.md",
    "AGENTS.mdx",
    "claude/settings.json",
    ".claudeignore",
    "github/workflows/ci.yml",
    ".github/ISSUE_TEMPLATE/bug.md",
    ".github/pull_request_template.md",
    ".github/workflows.md",
    "docs/gitlab-ci.yml.md",
    "docs/code-owners.md",
    ".env.example",
    "src/env.ts",
    "orch.yml",
    "docs/mcp.json",
    "gitmodules",
    ".vscode/settings.md",
    "docs/package-lock.md",
    "yarn.lock.txt",
    "locks/Cargo.toml",
    "docs/husky/pre-commit",
    "npmrc",
    "docs/build.rs.md",
    "my-gradlew",
    "devcontainer.md",
    "docs/package.json.md",
    "\u0410GENTS.md",
    "\u65e5\u672c\u8a9e/\u00fcbersicht.md",
    "docs/\u{1f468}\u200d\u{1f469}\u200d\u{1f467}.md",
    "spaces and 'quotes' \"too\".txt",
  ].map(plainText),
  ["a file that is gone", { "h/gone.txt": undefined }, [], { "h/gone.txt": "x\n" }],
  ["a file that has moved", { "h/from.txt": undefined, "h/to.txt": "moved\n" }, [], { "h/from.txt": "moved\n" }],
  ["a picture that is gone", { "h/gone.png": undefined }, [], { "h/gone.png": nul }],
  [
    "a picture that has moved",
    { "h/a.png": undefined, "h/b.png": Buffer.from([0, 1, 2]) },
    [],
    { "h/a.png": Buffer.from([0, 1, 2]) },
  ],
  ["a program that stays one", { "h/run.sh": { program: "b\n" } }, [], { "h/run.sh": { program: "a\n" } }],
  ["a link that is gone", { "h/link": undefined }, [], { "h/link": { link: "run.sh" } }],
  ["a link out of the tree that is gone", { "h/out": undefined }, [], { "h/out": { link: "/etc/passwd" } }],
  ["a repository in it that is gone", { "h/module": undefined }, [], { "h/module": { repository: "inner" } }],
  ["text in every script", { "h/words.txt": "\ufeffzażółć 漢字 العربية 🙂\r\n" }],
  ["colours of a terminal in a text", { "h/colours.txt": "\u001b[31mred\u001b[0m\n" }],
  ["a picture that is text", { "h/picture.svg": "<svg/>\n" }],
  ["an empty file", { "h/empty.txt": "" }],
  ["one very long line", { "h/line.txt": "x".repeat(500_000) }],
  ["a file of the most that is allowed", { "h/limit.txt": large("c", MEBIBYTE) }],
  ["as many files as are allowed", many("h/many", 200)],
  ["a large file that is gone", { "h/large.txt": undefined }, [], { "h/large.txt": large("d", 2 * MEBIBYTE) }],
  [
    "a new version in a manifest",
    { "h/p1/package.json": json({ ...manifest, version: "2.0.0" }) },
    [],
    { "h/p1/package.json": json(manifest) },
  ],
  [
    "a dependency in a manifest",
    { "h/p2/package.json": json({ ...manifest, dependencies: { a: "1", b: "2" } }) },
    [],
    { "h/p2/package.json": json(manifest) },
  ],
  [
    "a manifest written in another way",
    { "h/p3/package.json": `\ufeff${JSON.stringify(manifest)}\r\n` },
    [],
    { "h/p3/package.json": json(manifest) },
  ],
  ["a secret that is taken away", { "h/secret.txt": "a\nb\n" }, [], { "h/secret.txt": `a\n${TOKEN}\nb\n` }],
  ["words beside a secret", { "h/beside.txt": `a\n${TOKEN}\nc\n` }, [], { "h/beside.txt": `a\n${TOKEN}\nb\n` }],
  ...[
    ["the name of a commit", "cherry-pick 7fbaaa79d2f1e0c4b8a6f5e3d2c1b0a9f8e7d6c5"],
    ["a check sum", "sha512-Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4=="],
    ["a number of a thing", "id = 123e4567-e89b-42d3-a456-426614174000"],
    ["a blank to fill in", "API_KEY=your_api_key_here"],
    ["a token's blank", `token: ghp_${"x".repeat(36)}`],
    ["a variable", "const token = process.env.GITHUB_TOKEN;"],
    ["a public key", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ\n-----END PUBLIC KEY-----"],
    ["how tokens begin", "Tokens begin with ghp_, github_pat_ or sk-ant-api03-."],
  ].map(([what = "", text = ""], index): Row => [
    `${what}, which is no secret`,
    { [`h/no-secret-${index}.md`]: `${text}\n` },
  ]),
];

/** What looks like it and is none: nobody has to be asked. */
export const HARMLESS: readonly GateCase[] = looksLike.map((row) => caseOf(row));
