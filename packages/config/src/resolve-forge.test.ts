import { defaultLabelNames, parseProjectId, unwrap } from "@orch/core";
import { expect, test } from "vitest";

import { projectSettings, type RepositoryFacts } from "./project-settings.ts";
import { readConfigText } from "./read-config-text.ts";
import { resolveConfig } from "./resolve-config.ts";

function resolved(texts: { readonly global?: string; readonly project?: string }) {
  const files = (["global", "project"] as const).map((kind) =>
    readConfigText({ path: `/home/me/${kind}.yml`, kind, text: texts[kind] ?? "{}", env: {} }),
  );
  const result = resolveConfig({ home: "/home/me/.orch", env: {}, files });
  const said = [...files.flatMap(({ notices }) => notices), ...result.notices].map(({ key, message }) => [
    key,
    message,
  ]);
  const problems = [...files.flatMap((file) => file.problems), ...result.problems].map(({ key }) => key);
  const remoteUrl = "git@github.com:Acme/shop.git";
  const { forge, policy } = projectSettings(result.config, { source: "/home/me/code", remoteUrl });
  return { forge, policy, said, problems };
}

const on = "gh: {repo: acme/shop, enabled: true}";

test.each([
  ["nothing", {}],
  ["the repository alone", { project: "gh: {repo: acme/shop}" }],
  ["no repository", { project: "intake: {mode: all}" }],
  ["the repository in the person's file", { global: on }],
  ["switched off there", { project: "gh: {repo: acme/shop, enabled: false}\nintake: {mode: all}" }],
  ["switched off by the person", { global: "gh: {enabled: false}", project: on }],
])("a project is on no forge with %s", (_, texts) => {
  expect(resolved(texts).forge).toBeUndefined();
});

test("what nobody says is safe", () => {
  const { forge, said, problems } = resolved({ project: on });
  expect(forge).toEqual({
    repository: "acme/shop",
    intake: { mode: "label", strangers: "wait", bots: [] },
    labels: { profile: "orch", names: defaultLabelNames },
    mirror: "none",
    mentions: { names: [], maxRounds: 10 },
    pull: {
      linkStyle: "refs",
      draft: false,
      mergeMethod: "squash",
      checksWaitMs: 120_000,
      requiredWaitMs: 21_600_000,
      gate: "warn",
    },
    review: { enabled: false, maxCycles: 2, timeoutMs: 600_000, followup: "redispatch" },
    board: { columns: { backlog: [], in_progress: [], review: [], done: [] } },
    autoClose: true,
  });
  expect([said, problems]).toEqual([[], []]);
});

test("everything can be said", () => {
  const { forge, problems } = resolved({
    global: "gh: {api_url: 'https://ghe.acme.example/api/v3'}\nintake: {bots: [49699333]}",
    project: `gh: {repo: acme/shop, sync_label: sync}
intake: {mode: all}
labels: {profile: hub, plan: epic, hub_running: "run:now"}
comments: {mirror: milestones}
mentions: {names: "@acme-orch", max_rounds: 3}
pr: {link_style: closes, draft: true}
gate: {mode: enforce}
merge: {method: rebase}
workflow:
  allowed_authors: "Ann, @bob"
  auto_close: false
  enable_review_agent: true
  review_agent: claude
  max_review_cycles: 3
  review_timeout: 5m
  review_followup: tasks
  review_owner: "@ann"
`,
  });
  expect(problems).toEqual([]);
  expect(forge).toEqual({
    repository: "acme/shop",
    apiUrl: "https://ghe.acme.example/api/v3",
    intake: {
      mode: "all",
      strangers: "wait",
      bots: [49_699_333],
      onlyLabel: "sync",
      allowedAuthors: ["ann", "bob"],
    },
    labels: { profile: "hub", names: { ...defaultLabelNames, plan: "epic", hub_running: "run:now" } },
    mirror: "milestones",
    mentions: { names: ["acme-orch"], maxRounds: 3 },
    pull: {
      linkStyle: "closes",
      draft: true,
      mergeMethod: "rebase",
      checksWaitMs: 120_000,
      requiredWaitMs: 21_600_000,
      gate: "enforce",
    },
    review: { enabled: true, agent: "claude", maxCycles: 3, timeoutMs: 300_000, followup: "tasks", owner: "ann" },
    board: { columns: { backlog: [], in_progress: [], review: [], done: [] } },
    autoClose: false,
  });
});

test("a project's file only tightens whom orch listens to, and never says where tokens go", () => {
  const { forge, said } = resolved({
    global: "intake: {mode: label}\nworkflow: {allowed_authors: [ann, bob]}",
    project: `gh: {repo: acme/shop, api_url: "https://elsewhere.example"}
intake: {mode: all, strangers: look, bots: [1]}
workflow: {allowed_authors: [bob, eve]}`,
  });
  expect(forge?.intake).toEqual({ mode: "label", strangers: "wait", bots: [], allowedAuthors: ["bob"] });
  expect(forge).not.toHaveProperty("apiUrl");
  expect(said).toEqual([
    ["gh.api_url", "is only read from the global config.yml"],
    ["intake.bots", "is only read from the global config.yml"],
    ["intake.mode", "can't be loosened by a project's file"],
    ["intake.strangers", "can't be loosened by a project's file"],
  ]);
  const tighter = resolved({
    global: "intake: {mode: all, strangers: look}",
    project: "gh: {repo: acme/shop}\nintake: {mode: manual, strangers: wait}",
  });
  expect(tighter.forge?.intake).toMatchObject({ mode: "manual", strangers: "wait" });
});

test.each([
  ["true", "tasks"],
  ["false", "redispatch"],
])("the first seed's auto_create_followup_on_changes: %s means %s", (written, means) => {
  const { forge, said } = resolved({
    project: `${on}\nworkflow: {auto_create_followup_on_changes: ${written}, review_owner: "@owner"}`,
  });
  expect(forge?.review).toMatchObject({ followup: means, owner: "acme" });
  expect(said).toEqual([["workflow.auto_create_followup_on_changes", "is called workflow.review_followup now"]]);
});

test("branches go to the fork that the person names, and never where a project's file says", () => {
  const { forge, problems } = resolved({
    global: "gh: {forks: {Acme/shop: eve/shop, acme/other: eve/other}}",
    project: on,
  });
  expect([forge?.fork, problems]).toEqual(["eve/shop", []]);
  const theirs = resolved({ project: "gh: {repo: acme/shop, enabled: true, forks: {acme/shop: mallory/shop}}" });
  expect(theirs.forge).not.toHaveProperty("fork");
  expect(theirs.said).toEqual([["gh.forks", "is only read from the global config.yml"]]);
  const own = resolved({ global: "gh: {forks: {acme/shop: Acme/shop-2}}", project: on });
  expect(own.problems).toEqual(["gh.forks.acme/shop"]);
});

test.each([
  ["a fork without an owner", "gh: {forks: {acme/shop: shop}}", "gh.forks.acme/shop"],
  ["two meanings of one label", `labels: {plan: "No-Agent"}`, "labels.no_agent"],
  ["a label with a comma", `labels: {plan: "a,b"}`, "labels.plan"],
  ["an agent that is named like a state of the second seed", "agents: {queued: {command: x}}", "agents.queued"],
  ["an address without encryption", `gh: {api_url: "http://ghe.acme.example"}`, "gh.api_url"],
  ["an address that is none", `gh: {api_url: "ghe"}`, "gh.api_url"],
  ["a program by its login", `intake: {bots: ["dependabot[bot]"]}`, "intake.bots[0]"],
])("%s is a problem", (_, text, key) => {
  expect(resolved({ global: text }).problems).toEqual([key]);
});

test.each([
  ["another remote", { remoteUrl: "git@github.com:acme/other.git" }],
  ["no remote", {}],
  ["a registration as another project", { id: unwrap(parseProjectId("acme/other")) }],
])("a project's file can't have orch work elsewhere with the person's token: %s", (_, facts) => {
  expect(settingsOf(facts).forge).toBeUndefined();
});

test("a project's file may name what the person registered, whatever the remote says", () => {
  const id = unwrap(parseProjectId("acme/shop"));
  expect(settingsOf({ id, remoteUrl: "git@github.com:me/shop.git" }).forge?.repository).toBe("acme/shop");
});

function settingsOf(facts: Omit<RepositoryFacts, "source">) {
  const file = readConfigText({ path: "/home/me/.orch.yml", kind: "project", text: on, env: {} });
  const { config } = resolveConfig({ home: "/home/me/.orch", env: {}, files: [file] });
  return projectSettings(config, { source: "/home/me/code", ...facts });
}

test.each([
  ["true", "auto"],
  ["false", "approve_gate"],
])("the first seed's auto_merge: %s means merge.policy: %s", (written, means) => {
  const { policy, said } = resolved({ project: `${on}\nworkflow: {auto_merge: ${written}}` });
  expect(policy.merge).toBe(means);
  expect(said).toEqual([["workflow.auto_merge", "is called merge.policy now"]]);
});
