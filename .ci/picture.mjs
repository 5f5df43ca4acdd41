// Runs `npm start` on a real terminal (tmux) and draws what it showed: node .ci/picture.mjs > docs/images/run.svg
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const COLUMNS = 100;
const CHARACTER = { width: 8, height: 16.5, size: 13.3 };
const EDGE = { side: 20, top: 52, bottom: 18 };
const COLORS = ["#484f58", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#c9d1d9"];
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** @typedef {{ bold: boolean, dim: boolean, color: string | undefined }} Look */

const PLAIN = { bold: false, dim: false, color: undefined };

/** The screen's lines, with their colours, from the beginning of the run to its end. */
async function record() {
  const tmux = (/** @type {string[]} */ ...args) =>
    execFileSync("tmux", ["-L", `orch-picture-${process.pid}`, "-f", "/dev/null", ...args], { encoding: "utf8" });
  const options = ["set-option", "-g", "remain-on-exit", "on", ";", "set-option", "-g", "history-limit", "5000", ";"];
  tmux(...options, "new-session", "-d", "-x", String(COLUMNS), "-y", "40", "-c", ROOT, "--", "npm", "start");
  try {
    while (tmux("display-message", "-p", "#{pane_dead}").trim() !== "1") await pause(200);
    return tmux("capture-pane", "-e", "-p", "-S", "-").trimEnd().split("\n");
  } finally {
    tmux("kill-server");
  }
}

/**
 * The parts worth seeing: the beginning, the failed check, the attempt that learns from it, and the end.
 *
 * @param {string[]} lines
 */
function excerpt(lines) {
  const plain = lines.map((line) => stripVTControlCharacters(line));
  const find = (/** @type {string} */ start, from = 0) =>
    plain.findIndex((line, index) => index >= from && line.startsWith(start));
  const begin = find("Three tasks");
  const words = plain.findIndex((line, index) => index > begin && /^int-\d │ [A-Z]/.test(line));
  const failed = find("int-1 │ orch checks ✗");
  const repair = find("int-1 │ agent ready", failed) + 1;
  const parts = [
    lines.slice(begin, begin + 9),
    lines.slice(words, words + 8),
    lines.slice(failed, failed + 10),
    lines.slice(repair, repair + 9),
    lines.slice(find("ID "), -1),
  ];
  const gap = ["\u001B[0;2m      ⋯\u001B[0m"];
  const shown = parts.flatMap((part, index) => [...(index > 0 ? gap : []), ...part]);
  return ["\u001B[32m$\u001B[0m \u001B[1mnpm start\u001B[0m", "", ...shown];
}

/**
 * One line as text runs of one look each. The look goes on over the end of a line, as on a terminal.
 *
 * @param {string} line
 * @param {Look} before
 */
function runsOf(line, before) {
  let look = before;
  let column = 0;
  const runs = [];
  for (const [index, piece] of line.split("\u001B[").entries()) {
    const end = index === 0 ? 0 : piece.indexOf("m") + 1;
    if (index > 0)
      look = nextLook(
        look,
        piece
          .slice(0, end - 1)
          .split(";")
          .map(Number),
      );
    const text = piece.slice(end);
    if (text !== "") runs.push({ text, column, look });
    column += text.length;
  }
  return { runs, look };
}

/**
 * @param {Look} before
 * @param {number[]} codes
 * @returns {Look}
 */
function nextLook(before, codes) {
  return codes.reduce((look, code) => {
    if (code === 0) return PLAIN;
    if (code === 1) return { ...look, bold: true };
    if (code === 2) return { ...look, dim: true };
    if (code === 22) return { ...look, bold: false, dim: false };
    if (code >= 30 && code <= 37) return { ...look, color: COLORS[code - 30] };
    return code === 39 ? { ...look, color: undefined } : look;
  }, before);
}

/** @param {{ text: string, column: number, look: Look }} run */
function drawRun({ text, column, look }) {
  const trimmed = text.trimStart();
  if (trimmed === "") return "";
  const first = column + text.length - trimmed.length;
  const shown = trimmed.trimEnd();
  const marks = [
    look.color === undefined ? "" : ` fill="${look.color}"`,
    look.bold ? ' font-weight="bold"' : "",
    look.dim ? ' opacity="0.6"' : "",
  ].join("");
  const escaped = shown.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const place = `x="${EDGE.side + first * CHARACTER.width}" textLength="${shown.length * CHARACTER.width}"`;
  return `<text ${place} lengthAdjust="spacingAndGlyphs"${marks}>${escaped}</text>`;
}

/** @param {string[]} lines */
function draw(lines) {
  const width = COLUMNS * CHARACTER.width + 2 * EDGE.side;
  const height = lines.length * CHARACTER.height + EDGE.top + EDGE.bottom;
  /** @type {Look} */
  let look = PLAIN;
  const rows = lines.map((line, index) => {
    const read = runsOf(line, look);
    look = read.look;
    const texts = read.runs.map((run) => drawRun(run)).join("");
    const y = EDGE.top + (index + 0.75) * CHARACTER.height;
    return texts === "" ? "" : `<g transform="translate(0 ${y})">${texts}</g>`;
  });
  const lights = ["#ff5f57", "#febc2e", "#28c840"].map(
    (fill, index) => `<circle cx="${26 + index * 20}" cy="22" r="6" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    "<title>npm start: orch does three tasks with a coding agent, checks each result and merges it</title>",
    `<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>`,
    ...lights,
    `<g fill="#c9d1d9" font-family="${FONT}" font-size="${CHARACTER.size}" xml:space="preserve">`,
    ...rows.filter((row) => row !== ""),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

process.stdout.write(draw(excerpt(await record())));
