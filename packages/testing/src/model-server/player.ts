import type { ModelRequest } from "./model-request.ts";
import type { Action, Condition, FaultAction, ReplyAction, Scenario, Script, Turn, WaitAction } from "./scenario.ts";

/**
 * Plays a scenario. The state is how often each fault was used and, for scripts
 * that advance by requests, how many replies each script gave. Everything else
 * follows from the request:
 *
 * 1. the first conversation whose condition holds is played, else the
 *    scenario's own turns;
 * 2. the place in the script is the number of replies in the request's history
 *    (or of replies given); turns that bear no reply do not count, they are met
 *    on the way and left behind once their faults are spent;
 * 3. the turn's spent faults are skipped, and the first live one that ends the
 *    request cuts the turn off.
 */
export interface Player {
  /** What to do with this request. Uses up faults. */
  next(request: ModelRequest): Play;
}

/** The live actions of the turn that answers a request. */
export interface Play {
  /** Index of the turn in its script; the number of turns after the last; -1 for a side request. */
  readonly turn: number;
  /** Index of the conversation in the scenario; undefined for the scenario's own turns. */
  readonly conversation: number | undefined;
  readonly actions: readonly Action[];
}

/** Starts a scenario at its beginning. */
export function createPlayer(scenario: Scenario): Player {
  const own = createScriptState({ ...scenario, turns: scenario.turns ?? [] });
  const conversations = (scenario.conversations ?? []).map((conversation) => ({
    when: conversation.when,
    state: createScriptState(conversation),
  }));
  return {
    next(request) {
      if (request.side !== undefined) {
        const title = scenario.title ?? "Scripted task";
        return { turn: -1, conversation: undefined, actions: [{ do: "say", text: title }] };
      }
      const index = conversations.findIndex(({ when }) => holds(when, request));
      const state = conversations[index]?.state ?? own;
      return { ...playScript(state, request), conversation: index === -1 ? undefined : index };
    },
  };
}

/** True for actions that make up a reply. */
export function isReplyAction(action: Action): action is ReplyAction {
  return !isFault(action) && !isWait(action) && action.do !== "stop";
}

interface ScriptState {
  readonly script: Script;
  readonly used: Map<FaultAction, number>;
  given: number;
}

const SCRIPT_OVER: Turn = [{ do: "say", text: "The script is over." }];

/** Faults are counted by identity, so each place of a script gets its own copy. */
function createScriptState(script: Script): ScriptState {
  const turns = script.turns.map((turn) => turn.map((action) => ({ ...action })));
  return { script: { ...script, turns }, used: new Map(), given: 0 };
}

function holds(when: Condition, request: ModelRequest): boolean {
  return (
    (when.promptIncludes === undefined || request.prompt.includes(when.promptIncludes)) &&
    (when.promptMatches === undefined || new RegExp(when.promptMatches).test(request.prompt)) &&
    (when.model === undefined || request.model === when.model)
  );
}

function playScript(state: ScriptState, request: ModelRequest): Omit<Play, "conversation"> {
  const byRequests = state.script.advance === "requests";
  const place = findTurn(state, byRequests ? state.given : request.replies);
  const actions = liveActions(state, place.actions);
  for (const fault of actions.filter(isFault)) {
    state.used.set(fault, timesUsed(state, fault) + 1);
  }
  if (bearsReply(place.actions) && !actions.some(endsRequest)) {
    state.given += 1;
  }
  return { turn: place.turn, actions };
}

function findTurn(state: ScriptState, replies: number): { turn: number; actions: Turn } {
  const { turns, end } = state.script;
  let behind = replies;
  for (const [turn, actions] of turns.entries()) {
    if (behind === 0 && (bearsReply(actions) || actions.some((action) => isLive(state, action)))) {
      return { turn, actions };
    }
    behind -= bearsReply(actions) ? 1 : 0;
    if (behind < 0) {
      break;
    }
  }
  const last = turns.at(-1);
  if (end === "repeat" && last !== undefined) {
    return { turn: turns.length - 1, actions: last };
  }
  return { turn: turns.length, actions: end === "repeat" || end === undefined ? SCRIPT_OVER : end };
}

/** The turn without spent faults, up to and with the first fault that ends the request. */
function liveActions(state: ScriptState, turn: Turn): readonly Action[] {
  const live = turn.filter((action) => !isFault(action) || isLive(state, action));
  const cut = live.findIndex(endsRequest);
  return cut === -1 ? live : live.slice(0, cut + 1);
}

function bearsReply(turn: Turn): boolean {
  return turn.some((action) => isReplyAction(action) || action.do === "stop") || !turn.some(isFault);
}

function isLive(state: ScriptState, action: Action): boolean {
  if (!isFault(action)) {
    return false;
  }
  const times = action.times ?? 1;
  return times === "forever" || timesUsed(state, action) < times;
}

function timesUsed(state: ScriptState, fault: FaultAction): number {
  return state.used.get(fault) ?? 0;
}

function endsRequest(action: Action): boolean {
  return action.do === "error" || action.do === "hangup";
}

function isFault(action: Action): action is FaultAction {
  return action.do === "error" || action.do === "hangup" || action.do === "silence";
}

function isWait(action: Action): action is WaitAction {
  return action.do === "delay" || action.do === "gate";
}
