import { isOrchError, orchError, type Clock, type OrchError } from "@orch/core";

/** A repository by what stays the same when it is renamed or transferred, with its name of this moment. */
export interface RepositoryPlace {
  /** GitHub's own number of it. */
  readonly id: number;
  /** `owner/name`. */
  readonly fullName: string;
}

/** Knows whether a name still stands for the repository that it stood for: another may take it after a rename. */
export interface PlaceWatch {
  /** Where the repository is, asked now. @throws `forge_replaced`, with `details.retryAt`, and what the request throws */
  verify(): Promise<RepositoryPlace>;
  /** The same for git, which goes on while the API does not answer: what was seen within the last hour is believed then. */
  forGit(): Promise<RepositoryPlace>;
  /** Verifies, unless that was done within the last minute and nothing speaks against it. */
  admit(): Promise<void>;
  /** An answer came from elsewhere than it was asked for: the next request is not believed. */
  doubt(): void;
}

/** What a watch is made of. */
export interface PlaceWatchOptions {
  /** As it is asked for. */
  readonly fullName: string;
  /** The number of the project's repository; absent: whatever is there now becomes it. */
  readonly id?: number;
  /** Asks GitHub, which follows a rename by itself. */
  ask(): Promise<RepositoryPlace>;
  /** Told of what was found first, and of every other name. */
  found?(place: RepositoryPlace): Promise<void>;
  readonly clock: Clock;
}

const BELIEVED_MS = 60_000;
/** So often a name that another repository has is looked at again. */
const REFUSED_MS = 15_000;
/** As long as a limit of GitHub's lasts. */
const BELIEVED_BY_GIT_MS = 3_600_000;
const LIST = /\/(?:issues|issues\/comments)$/;
const BELOW = /^(?:\/api\/v3)?\/repos\/[^/]+\/[^/]+\/./;

/** Nothing is known yet. */
export function createPlaceWatch(options: PlaceWatchOptions): PlaceWatch {
  const { fullName, clock } = options;
  let { id } = options;
  let name: string | undefined = fullName;
  let believed = -Infinity;
  let seen: { readonly place: RepositoryPlace; readonly at: number } | undefined;
  let refused: { readonly error: OrchError; readonly until: number } | undefined;
  let asking: Promise<RepositoryPlace> | undefined;

  async function look(): Promise<RepositoryPlace> {
    if (refused !== undefined && refused.until > clock.now()) throw refused.error;
    const place = await options.ask().catch((error: unknown) => {
      throw closed(error, fullName);
    });
    if (id !== undefined && place.id !== id) {
      const until = clock.now() + REFUSED_MS;
      refused = { error: replaced(place, { id, until }), until };
      seen = undefined;
      throw refused.error;
    }
    const isNews = id === undefined || !isSameName(place.fullName, name);
    if (isNews) await options.found?.(place);
    ({ id, fullName: name } = place);
    refused = undefined;
    believed = clock.now();
    seen = { place, at: believed };
    return place;
  }
  function verify(): Promise<RepositoryPlace> {
    asking ??= look().finally(() => {
      asking = undefined;
    });
    return asking;
  }
  return {
    verify,
    async forGit() {
      try {
        return await verify();
      } catch (error) {
        const isSilent = isOrchError(error, "forge_unreachable") || isOrchError(error, "forge_limited");
        if (isSilent && seen !== undefined && seen.at + BELIEVED_BY_GIT_MS > clock.now()) return seen.place;
        throw error;
      }
    },
    async admit() {
      if (believed + BELIEVED_MS <= clock.now()) await verify();
    },
    doubt() {
      believed = -Infinity;
    },
  };
}

/** A token that may not see the repository itself is of no use in it. */
function closed(error: unknown, fullName: string): unknown {
  if (!isOrchError(error, "forge_denied")) return error;
  const { message, hint = "Give orch a token that reaches the repository.", details } = error;
  return orchError("forge_unauthorized", `Nothing in ${fullName} is open to the token: ${message}`, { hint, details });
}

/**
 * Whether a request has to wait until its repository is known for the right one: what is about something in it. Lists of
 * what changed are read first and believed afterwards, so that a look at which nothing changed costs nothing.
 */
export function needsPlace(method: string, path: string): boolean {
  return BELOW.test(path) && !(method === "GET" && LIST.test(path));
}

/** Whether an answer came from where GitHub sends those who ask by an old name. */
export function isElsewhere(url: string): boolean {
  return /^(?:\/api\/v3)?\/repositories\/\d+(?:\/|$)/.test(URL.parse(url)?.pathname ?? "");
}

/** GitHub's names have no case. */
export function isSameName(one: string, other: string | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase();
}

function replaced(
  { fullName, id: now }: RepositoryPlace,
  { id, until }: { readonly id: number; readonly until: number },
): OrchError {
  return orchError("forge_replaced", `${fullName} is another repository now (${now}) than the project's (${id})`, {
    hint: "Name the project's repository in gh.repo and the remote, or begin anew with this one: orch project remove, and add it again.",
    details: { id: now, expected: id, retryAt: until },
  });
}
