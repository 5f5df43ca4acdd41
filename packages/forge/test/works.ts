import { issueCommands } from "@orch/commands";
import { verifyMarker } from "@orch/security";
import { obeyedIn } from "@orch/testing";

import { LONGEST_COMMENT, markPlace, mentions, parseCommand } from "../src/index.ts";
import { outsideCode } from "./made.ts";

/** The key of the marks in these tests. */
export const key = Buffer.alloc(32, 4);
/** Where they stand. */
export const place = markPlace("acme/shop", 12);

/** What would work in a comment: nothing may, whoever's words are in it. */
export function works(text: string): readonly string[] {
  // A forge reads a sign that is written by its name or figure as the sign.
  const read = text
    .replaceAll(/&#(?:0*64|x0*40);|&commat;/gi, "@")
    .replaceAll(/&#(?:0*35|x0*23);|&num;/gi, "#")
    .replaceAll(/[\u00ad\u200b]/g, "");
  const found: readonly (readonly [string, boolean])[] = [
    ["command", parseCommand(read, { commands: issueCommands, self: ["orch"] }).kind !== "none"],
    ["mention", mentions(read, ["orch"]) || /@(?:ann|bob|carl|acme|orch)\b/.test(read)],
    ["closing word", /(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[^\w#]{0,12}(?:[\w.-]+\/[\w.-]+)?#\d/i.test(read)],
    ["closing address", /(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[^\w#]{0,12}https?:/i.test(read)],
    ["mark", verifyMarker(text, { key, place }).length > 0 || text.includes("<!--")],
    ["picture", /!\[|<img/i.test(outsideCode(text))],
    ["html", /<[/!?]?(?!\/?(?:details|summary|sub)>)[a-z[]/i.test(outsideCode(text))],
    ["open fence", /^(?:`{3,}|~{3,})/m.test(outsideCode(text))],
    ["open passage", count(outsideCode(text), "<details>") !== count(outsideCode(text), "</details>")],
    ["control", obeyedIn(text, { styles: false }) !== undefined],
    ["length", text.length > LONGEST_COMMENT],
  ];
  return found.flatMap(([name, is]) => (is ? [name] : []));
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
