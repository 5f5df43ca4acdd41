import { chatWire } from "../wire/chat.ts";
import { messagesWire } from "../wire/messages.ts";
import { responsesWire } from "../wire/responses.ts";
import type { Wire } from "../wire/wire.ts";

/** What a request asks for below the prefix of its scenario. */
export type Route =
  | { readonly to: "reply"; readonly scenario: string; readonly wire: Wire }
  | { readonly to: "count-tokens"; readonly scenario: string; readonly wire: Wire }
  | { readonly to: "models"; readonly scenario: string }
  | { readonly to: "websocket"; readonly scenario: string }
  | { readonly to: "hello"; readonly scenario: string }
  | { readonly to: "nowhere" };

const PREFIX = /^\/s\/([^/]+)(\/.*)?$/;

const REPLY_WIRES: Readonly<Record<string, Wire>> = {
  "/responses": responsesWire,
  "/messages": messagesWire,
  "/chat/completions": chatWire,
};

const COUNT_WIRES: Readonly<Record<string, Wire>> = {
  "/responses/input_tokens": responsesWire,
  "/messages/count_tokens": messagesWire,
};

/** Finds the route of a request. The `/v1` after the scenario may be missing. */
export function findRoute(method: string, path: string): Route {
  const [, encoded, rest = ""] = PREFIX.exec(path) ?? [];
  if (encoded === undefined) {
    return { to: "nowhere" };
  }
  const scenario = decodeURIComponent(encoded);
  const endpoint = rest.replace(/^\/v1(?=\/)/, "").replace(/\/$/, "");
  return method === "POST" ? findPost(scenario, endpoint) : findGet(scenario, endpoint);
}

function findPost(scenario: string, endpoint: string): Route {
  const counted = COUNT_WIRES[endpoint];
  if (counted !== undefined) {
    return { to: "count-tokens", scenario, wire: counted };
  }
  const wire = REPLY_WIRES[endpoint];
  return wire === undefined ? { to: "nowhere" } : { to: "reply", scenario, wire };
}

function findGet(scenario: string, endpoint: string): Route {
  switch (endpoint) {
    case "/models":
      return { to: "models", scenario };
    case "/responses":
      return { to: "websocket", scenario };
    case "":
    case "/api/hello":
      return { to: "hello", scenario };
    default:
      return { to: "nowhere" };
  }
}
