import {
  type Api,
  bodyOf,
  type Call,
  type Json,
  numberOf,
  page,
  paramOf,
  repositoryFor,
  repositoryOf,
} from "../http/api.ts";
import { notFound } from "../http/refusal.ts";
import { rulesFor } from "./branch-rules.ts";

const ALL = "/repos/:owner/:repo/rulesets";

/** Rulesets, which administrators make and everybody who may read sees. */
export function registerRulesets(api: Api): void {
  api.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (call) =>
    page(call, rulesFor(repositoryOf(call), paramOf(call, "branch"))),
  );
  api.post(ALL, (call) => {
    const { rulesets } = repositoryFor(call, "admin");
    return call.json(put(call, rulesets.size + 1), 201);
  });
  api.put(`${ALL}/:ruleset`, (call) => {
    const id = numberOf(call, "ruleset");
    if (!repositoryFor(call, "admin").rulesets.has(id)) throw notFound();
    return call.json(put(call, id));
  });
}

function put(call: Call, id: number): Json {
  const repository = repositoryFor(call, "admin");
  const { name, enforcement, conditions, rules } = bodyOf(call);
  const written = { name, enforcement, conditions, rules, target: "branch" };
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
  const ruleset = {
    ...repository.rulesets.get(id),
    ...given,
    id,
    source_type: "Repository",
    source: repository.fullName,
  };
  repository.rulesets.set(id, ruleset);
  return ruleset;
}
