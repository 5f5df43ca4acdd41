import type { Body, Sent } from "./sender.ts";

const MOST_REMEMBERED = 1_000;

/** An answer that can be asked for again at no cost while it has not changed. */
export interface Page {
  readonly body: Body;
  /** The address of the next page. */
  readonly next: string | undefined;
}

/** Answers by their address, with the tags that GitHub gave them. */
export interface Memory {
  at(url: string): (Page & { readonly etag: string }) | undefined;
  /** Remembers an answer, and gives it as a page. */
  keep(url: string, answer: Sent): Page;
}

/** Makes an empty memory of bounded size. */
export function createMemory(): Memory {
  const known = new Map<string, Page & { readonly etag: string }>();
  return {
    at: (url) => known.get(url),
    keep(url, answer) {
      if (answer === "unchanged") return { body: undefined, next: undefined };
      const { etag, link } = answer.headers;
      const page = { body: answer.data, next: nextPage(link) };
      // The newest are kept: what is looked at again and again is read last.
      known.delete(url);
      if (etag !== undefined) known.set(url, { ...page, etag });
      for (const oldest of known.keys()) {
        if (known.size <= MOST_REMEMBERED) break;
        known.delete(oldest);
      }
      return page;
    },
  };
}

/** The address of the next page, as the `Link` header has it (RFC 8288). */
function nextPage(link: string | undefined): string | undefined {
  const part = link?.split(",").find((each) => /;\s*rel="next"/.test(each));
  return part === undefined ? undefined : /<([^>]+)>/.exec(part)?.[1];
}
