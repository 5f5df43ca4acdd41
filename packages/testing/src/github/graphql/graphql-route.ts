import { schema as published } from "@octokit/graphql-schema";
import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";

import { asRecord, asString } from "../../model-server/wire/json-values.ts";
import { type Api, bodyOf, type Call, type Json } from "../http/api.ts";
import { nameOf } from "../http/front.ts";
import type { RateLimits } from "../http/rate-limits.ts";
import { Refusal } from "../http/refusal.ts";
import { issueJson } from "../issues/issue-json.ts";
import { actorNode } from "./actor-node.ts";
import { nodeById } from "./lookup.ts";
import { mutations } from "./mutations.ts";
import { issueNode, pullNode, repositoryNode } from "./nodes.ts";
import type { GraphContext } from "./project-nodes.ts";

/** GitHub itself takes what this rule refuses: one field of two types under the same name. */
const RULES = specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule);

let schema: GraphQLSchema | undefined;

/** GitHub's published schema. It defines two fields twice, so it is taken as it is. */
function githubSchema(): GraphQLSchema {
  schema ??= buildSchema(published.idl, { assumeValidSDL: true, noLocation: true });
  return schema;
}

/** What is wrong with a query by GitHub's schema; empty when nothing is. */
export function graphqlProblems(query: string): readonly string[] {
  return problemsOf(query).map(({ message }) => message);
}

function problemsOf(query: string): readonly GraphQLError[] {
  try {
    return validate(githubSchema(), parse(query), RULES);
  } catch (error) {
    return error instanceof GraphQLError ? [error] : [new GraphQLError(String(error))];
  }
}

/** GraphQL, executed against GitHub's schema. A field that the stand-in doesn't know is an error, never null. */
export function registerGraphql(api: Api, limits: RateLimits): void {
  const answer = async (call: Call): Promise<Response> => {
    if (call.get("actor").kind === "anonymous")
      throw new Refusal(401, "This endpoint requires you to be authenticated.");
    const { query, variables, operationName } = bodyOf(call);
    const problems = problemsOf(asString(query));
    if (problems.length > 0)
      return call.json({
        errors: problems.map((problem) => ({ ...problem.toJSON(), extensions: { code: "undefinedField" } })),
      });
    const result = await run(call, {
      document: parse(asString(query)),
      variables: asRecord(variables),
      operationName,
      limits,
    });
    return call.json(result);
  };
  api.post("/graphql", answer);
}

interface Run {
  readonly document: DocumentNode;
  readonly variables: Json;
  readonly operationName: unknown;
  readonly limits: RateLimits;
}

async function run(call: Call, { document, variables, operationName, limits }: Run): Promise<Json> {
  const { world, actor } = call.var;
  const contextValue: GraphContext = {
    async content(name, number) {
      const repository = world.find(name);
      if (repository === undefined) throw new RangeError(`no repository ${name}`);
      const pull = repository.pulls.get(number);
      if (pull !== undefined) return pullNode(world, repository, pull);
      return issueNode(world, repository, await issueJson(world, repository, number));
    },
  };
  const result = await execute({
    schema: githubSchema(),
    document,
    rootValue: { ...queries(call, limits), ...mutations(world, actor) },
    contextValue,
    variableValues: variables,
    operationName: typeof operationName === "string" ? operationName : null,
    fieldResolver,
  });
  if (result.errors === undefined) return { data: result.data };
  return { data: result.data ?? null, errors: result.errors.map(told) };
}

function told(error: GraphQLError): Json {
  const { originalError } = error;
  const type = originalError instanceof RangeError ? "NOT_FOUND" : "UNPROCESSABLE";
  const isForbidden = originalError instanceof Refusal && originalError.status === 403;
  return { ...error.toJSON(), type: isForbidden ? "FORBIDDEN" : type };
}

const fieldResolver: GraphQLFieldResolver<Json, GraphContext> = (...[source, options, context, info]) => {
  const value = source[info.fieldName];
  if (typeof value === "function")
    return (value as (options: unknown, context: GraphContext) => unknown)(options, context);
  if (value === undefined && info.fieldName !== "clientMutationId") {
    throw new TypeError(`the stand-in does not know ${info.parentType.name}.${info.fieldName}`);
  }
  return value;
};

function queries(call: Call, limits: RateLimits): Json {
  const { world, actor } = call.var;
  const account = async (path: string): Promise<Json | null> =>
    actorNode(world, (await world.backing.call("GET", path)).body);
  const repository = async ({ owner, name }: { owner: string; name: string }): Promise<Json> => {
    const found = world.named(`${owner}/${name}`);
    if (found === undefined || !world.may(actor, found, "read")) {
      throw new RangeError(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
    }
    return repositoryNode(world, found);
  };
  return {
    viewer: async () => actorNode(world, await world.user(actor.login)),
    user: ({ login }: { login: string }) => account(`/users/${login}`),
    organization: ({ login }: { login: string }) => account(`/orgs/${login}`),
    repository,
    node: ({ id }: { id: string }) => nodeById(world, id),
    nodes: ({ ids }: { ids: readonly string[] }) => Promise.all(ids.map((id) => nodeById(world, id))),
    rateLimit: () => {
      const { graphql } = asRecord(limits.report(nameOf(actor))["resources"]);
      const { limit, used, remaining, reset } = asRecord(graphql);
      return { limit, used, remaining, cost: 1, nodeCount: 0, resetAt: new Date(Number(reset) * 1000).toISOString() };
    },
  };
}
