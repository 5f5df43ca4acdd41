import { globalParams } from "./parse-call.ts";
import { verbGroups, verbs } from "./registry.ts";
import { kebab, type Params } from "./spec.ts";

/** The shells that completions exist for. */
export type Shell = "bash" | "zsh" | "fish";

/** The completion script of a shell, made from the registry. */
export function renderCompletions(shell: Shell): string {
  if (shell === "fish") return fish();
  return shell === "bash" ? bash() : zsh();
}

function longFlags(params: Params): readonly string[] {
  return Object.keys(params).map((key) => `--${kebab(key)}`);
}

function firstWords(): readonly string[] {
  return [...new Set([...verbs.map((verb) => verb.name.split(" ")[0] ?? ""), "help"])];
}

function membersOf(group: string): readonly string[] {
  return verbs.flatMap((verb) => {
    const [first, second] = verb.name.split(" ");
    return first === group && second !== undefined ? [second] : [];
  });
}

/** The words that may follow a first word: second words of a group, or choices of a verb's first positional. */
function followers(first: string): readonly string[] {
  if (verbGroups().includes(first)) return membersOf(first);
  const verb = verbs.find((candidate) => candidate.name === first);
  const params: Params = verb?.positionals ?? {};
  return Object.values(params)[0]?.choices ?? [];
}

function bashBody(): string {
  const flags = verbs.map(
    (verb) =>
      `    "${verb.name}"|"${verb.name} "*) words="${longFlags({ ...verb.flags, ...globalParams }).join(" ")}" ;;`,
  );
  const seconds = firstWords()
    .filter((word) => followers(word).length > 0)
    .map((word) => `    ${word}) words="${followers(word).join(" ")}" ;;`);
  return `_orch() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  local line="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  if [[ "$current" == -* ]]; then
    words="${longFlags(globalParams).join(" ")}"
    case "$line" in
${flags.join("\n")}
    esac
  elif [[ $COMP_CWORD -eq 1 ]]; then
    words="${firstWords().join(" ")}"
  elif [[ $COMP_CWORD -eq 2 ]]; then
    case "\${COMP_WORDS[1]}" in
${seconds.join("\n")}
    help) words="${firstWords().join(" ")}" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}`;
}

function bash(): string {
  return `# bash completion of orch\n${bashBody()}\ncomplete -o default -F _orch orch\n`;
}

function zsh(): string {
  return `#compdef orch\n# zsh completion of orch\nautoload -U +X bashcompinit && bashcompinit\n${bashBody()}\ncomplete -o default -F _orch orch\n`;
}

function fish(): string {
  const lines = ["# fish completion of orch", "complete -c orch -f"];
  for (const [key, param] of Object.entries<Params[string]>(globalParams))
    lines.push(`complete -c orch ${fishFlag(key, param)}`);
  const seen = new Set<string>();
  for (const verb of verbs) {
    const [first = "", second] = verb.name.split(" ");
    if (!seen.has(first)) {
      const what = second === undefined ? verb.summary : `Commands about ${first}s`;
      lines.push(`complete -c orch -n __fish_use_subcommand -a ${first} -d ${fishText(what)}`);
    }
    seen.add(first);
    const begun = `__fish_seen_subcommand_from ${first}`;
    const others = membersOf(first).join(" ");
    if (second !== undefined) {
      const condition = `${begun}; and not __fish_seen_subcommand_from ${others}`;
      lines.push(`complete -c orch -n '${condition}' -a ${second} -d ${fishText(verb.summary)}`);
    }
    const within = second === undefined ? begun : `${begun}; and __fish_seen_subcommand_from ${second}`;
    const choices = second === undefined ? followers(first) : [];
    if (choices.length > 0) lines.push(`complete -c orch -n '${within}' -a '${choices.join(" ")}'`);
    for (const [key, param] of Object.entries<Params[string]>(verb.flags)) {
      lines.push(`complete -c orch -n '${within}' ${fishFlag(key, param)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function fishFlag(key: string, param: Params[string]): string {
  const short = param.short === undefined ? "" : ` -s ${param.short}`;
  const value = param.kind === "boolean" ? "" : " -r";
  const choices = param.choices === undefined ? "" : ` -a '${param.choices.join(" ")}'`;
  return `-l ${kebab(key)}${short}${value}${choices} -d ${fishText(param.summary)}`;
}

function fishText(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
