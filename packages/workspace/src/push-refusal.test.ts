import { expect, test } from "vitest";

import { refusalIn } from "./push-refusal.ts";

const rejected = (why: string): string =>
  ` ! [remote rejected] 1234567 -> gh-task-7 (${why})\nerror: failed to push some refs to 'https://github.com/octo/sample.git'`;

test.each([
  {
    what: "a ruleset",
    stderr: `remote: error: GH013: Repository rule violations found for refs/heads/gh-task-7.\nremote: \nremote: - Commits must have verified signatures.\n${rejected("push declined due to repository rule violations")}`,
    said: "error: GH013: Repository rule violations found for refs/heads/gh-task-7. - Commits must have verified signatures. (push declined due to repository rule violations)",
  },
  {
    what: "a protected branch",
    stderr: `remote: error: GH006: Protected branch update failed for refs/heads/main.\n${rejected("protected branch hook declined")}`,
    said: "error: GH006: Protected branch update failed for refs/heads/main. (protected branch hook declined)",
  },
  {
    what: "a file that is too large",
    stderr: `remote: error: GH001: Large files detected.\n${rejected("pre-receive hook declined")}`,
    said: "error: GH001: Large files detected. (pre-receive hook declined)",
  },
  {
    what: "a workflow without the right for it",
    stderr: rejected(
      "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission",
    ),
    said: "(refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission)",
  },
  {
    what: "a secret, whose long list cuts git's own words off",
    stderr:
      "remote: error: GH013: Repository rule violations found for refs/heads/x.\nremote:   - Push cannot contain secrets",
    said: "error: GH013: Repository rule violations found for refs/heads/x. - Push cannot contain secrets",
  },
  {
    what: "an account without the right to push",
    stderr:
      "remote: Permission to octo/sample.git denied to rita.\nfatal: unable to access 'https://github.com/octo/sample.git/': The requested URL returned error: 403",
    said: "Permission to octo/sample.git denied to rita.",
  },
])("$what is final, in the repository's own words", ({ stderr, said }) => {
  expect(refusalIn(stderr)).toBe(said);
});

test.each([
  "fatal: unable to access 'https://github.com/octo/sample.git/': Could not resolve host: github.com",
  "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nfatal: the remote end hung up unexpectedly",
  "fatal: Authentication failed for 'https://github.com/octo/sample.git/'",
  rejected("cannot lock ref 'refs/heads/gh-task-7': is at 2 but expected 1"),
  rejected("Internal Server Error"),
  " ! [rejected] 1 -> gh-task-7 (stale info)",
  "error: object file .git/objects/ab/cd is empty\nfatal: loose object abcd is corrupt",
])("another try may mend: %s", (stderr) => {
  expect(refusalIn(stderr)).toBeUndefined();
});

test("what a repository says is cut where it goes on and on", () => {
  const stderr = `${"remote: - a path with a secret in it\n".repeat(100)}${rejected("pre-receive hook declined")}`;
  expect(refusalIn(stderr)?.length).toBe(601);
});
