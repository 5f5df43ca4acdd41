// node .ci/new-package.mjs packages/<name> "<one sentence>": a new published member, ready to fill.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const [folder = "", description = ""] = process.argv.slice(2);
if (!/^(packages|packages\/backends|apps)\/[a-z][a-z-]*$/.test(folder) || description === "") {
  console.error('usage: node .ci/new-package.mjs packages/<name> "<one sentence.>"');
  process.exit(2);
}
if (existsSync(join(folder, "package.json"))) {
  console.error(`${folder} exists already`);
  process.exit(1);
}

const short = basename(folder);
const name = `@orch/${dirname(folder) === "packages/backends" ? `backend-${short}` : short}`;
const manifest = {
  name,
  version: "0.0.0",
  description,
  license: "MIT",
  files: ["dist", "README.md"],
  type: "module",
  sideEffects: false,
  exports: { ".": { "@orch/source": "./src/index.ts", default: "./dist/index.mjs" } },
  publishConfig: {
    access: "public",
    exports: { ".": { types: "./dist/index.d.mts", default: "./dist/index.mjs" } },
    provenance: true,
  },
  scripts: { build: "tsdown" },
  dependencies: { "@orch/core": "workspace:^" },
  devDependencies: { "@orch/testing": "workspace:^" },
  engines: { node: ">=24" },
};
const readme = `# ${name}

${description}

\`\`\`ts
import {} from "${name}";
\`\`\`

| export | what it is |
| ------ | ---------- |

## Never

- No other member of its layer.
`;

mkdirSync(join(folder, "src"), { recursive: true });
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
writeFileSync(join(folder, "README.md"), readme);
writeFileSync(
  join(folder, "tsdown.config.ts"),
  `export { default } from "${relative(folder, ".ci/package-build.ts")}";\n`,
);
writeFileSync(join(folder, "tsconfig.build.json"), `{ "extends": "${relative(folder, "tsconfig.package.json")}" }\n`);
console.log(`${folder} is made. Add its layer to packages/repo-checks/src/policy.ts.`);
