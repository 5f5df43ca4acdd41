const MANAGERS = "npm|pnpm|yarn|bun";

/** Commands that run tests. */
export const testCommands: readonly string[] = [
  `${MANAGERS} test|t|tst|test:*`,
  `${MANAGERS} run test|test:*|unit|e2e`,
  "npx|bunx|pnpm|yarn vitest|jest|mocha|ava|tap|playwright",
  "pnpm|npm exec vitest|jest|mocha|ava|tap|playwright",
  "vitest|jest|mocha|ava|tap|pytest|py.test|tox|nox|nose2|rspec|phpunit|ctest",
  "node --test",
  "python*|py pytest|unittest -m",
  "uv|poetry|pipenv|pdm|hatch run pytest|tox|nox",
  "deno|go|cargo|dotnet|mix|swift|bazel|sbt|lein|stack|cabal|rails|composer|just test",
  "cargo nextest",
  "mvn|mvnw|gradle|gradlew test|verify|check",
  "make test|tests|check",
  "rake test|spec",
  "bundle exec rspec|rake",
  "zig build test",
];

/** Commands that look at code without running it. */
export const validationCommands: readonly string[] = [
  `${MANAGERS} run lint|lint:*|typecheck|type-check|types|tsc|format:check|check`,
  `${MANAGERS} lint|typecheck|types`,
  "npx|bunx|pnpm|yarn eslint|tsc|oxlint|biome|prettier|standard",
  "eslint|tsc|oxlint|biome|ruff|mypy|pyright|flake8|pylint|golangci-lint|shellcheck|rubocop|clippy-driver",
  "prettier|black|oxfmt --check",
  "python*|py mypy|ruff|flake8|pylint|compileall|py_compile -m",
  "uv|poetry run ruff|mypy|pyright|flake8",
  "cargo check|clippy|fmt",
  "go vet",
  "make lint|typecheck",
  "pre-commit run",
  "node --check",
];
