import { asRecord, asRecords, asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, type Json, paramOf, repositoryFor, stringsOf } from "../http/api.ts";
import { Refusal } from "../http/refusal.ts";
import type { Protection } from "../state/repository.ts";

const ONE = "/repos/:owner/:repo/branches/:branch/protection";

/** Protection of branches, for administrators. */
export function registerProtection(api: Api): void {
  api.get(ONE, (call) => {
    const rules = repositoryFor(call, "admin").protections.get(paramOf(call, "branch"));
    if (rules === undefined) throw new Refusal(404, "Branch not protected");
    return call.json(protectionJson(call, rules));
  });
  api.put(ONE, (call) => {
    const body = bodyOf(call);
    const checks = asRecord(body["required_status_checks"]);
    const reviews = asRecord(body["required_pull_request_reviews"]);
    const named = asRecords(checks["checks"]).map(({ context }) => asString(context));
    const rules: Protection = {
      requiredChecks: [...new Set([...stringsOf(checks["contexts"]), ...named])],
      strict: checks["strict"] === true,
      approvals: Number(reviews["required_approving_review_count"] ?? 0),
      dismissStale: reviews["dismiss_stale_reviews"] === true,
      enforceAdmins: body["enforce_admins"] === true,
    };
    repositoryFor(call, "admin").protections.set(paramOf(call, "branch"), rules);
    return call.json(protectionJson(call, rules));
  });
  api.delete(ONE, (call) => {
    repositoryFor(call, "admin").protections.delete(paramOf(call, "branch"));
    return call.body(null, 204);
  });
}

function protectionJson(call: Call, rules: Protection): Json {
  const url = call.get("world").url + new URL(call.req.url).pathname;
  const checks = rules.requiredChecks.map((context) => ({ context, app_id: null }));
  return {
    url,
    required_status_checks: {
      url: `${url}/required_status_checks`,
      strict: rules.strict,
      contexts: rules.requiredChecks,
      contexts_url: `${url}/required_status_checks/contexts`,
      checks,
    },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: rules.enforceAdmins },
    required_pull_request_reviews: {
      url: `${url}/required_pull_request_reviews`,
      dismiss_stale_reviews: rules.dismissStale,
      require_code_owner_reviews: false,
      required_approving_review_count: rules.approvals,
    },
  };
}
