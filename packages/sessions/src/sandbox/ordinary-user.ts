import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NUMBER = "1000";
const NAME = "orch";
const PROC = "/proc";
/** The kernel gives it to whoever may have rights in a namespace, and to no one else. */
const NAMESPACE_LIMITS = "/proc/sys/user";

/** True where orch itself is the machine's root, or a container's. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The arguments of bubblewrap that make root an ordinary user inside: a number of its own in a namespace below the one
 * that the mounts belong to, no capability and no way to one, no namespaces, and nothing of the kernel's to write.
 * bubblewrap gives root all of that unless it is told; of an ordinary user it takes it away by itself, so there are none.
 * The files of both belong to the same user outside. Needs bubblewrap 0.8.
 */
export function asOrdinaryUser(): readonly string[] {
  if (!isRoot()) return [];
  return ["--uid", NUMBER, "--gid", NUMBER, "--cap-drop", "ALL", "--disable-userns", ...kernelCovers()];
}

/**
 * What lies over `/proc`: to the kernel, the user outside still owns what root owns there, and needs no capability for
 * it. bubblewrap covers what is known to be dangerous, but not `/proc/sys`.
 */
function kernelCovers(): readonly string[] {
  const covers = readdirSync(PROC).flatMap((name) => {
    const path = join(PROC, name);
    const facts = /^\d/.test(name) ? undefined : lstatSync(path, { throwIfNoEntry: false });
    if (facts === undefined || facts.isSymbolicLink()) return [];
    if (facts.isDirectory()) return ["--ro-bind-try", path, path];
    if ((facts.mode & 0o004) === 0) return ["--ro-bind-try", "/dev/null", path];
    return (facts.mode & 0o222) === 0 ? [] : ["--ro-bind-try", path, path];
  });
  return [...covers, "--bind-try", NAMESPACE_LIMITS, NAMESPACE_LIMITS];
}

/**
 * The arguments of bubblewrap that give that user a name: programs ask for it, and some end without. `folder` is
 * where the lists of names are written; nothing inside may write there.
 */
export function namedUser(folder: string, home: string): readonly string[] {
  if (!isRoot()) return [];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lists = { passwd: `${NAME}:x:${NUMBER}:${NUMBER}::${home}:/bin/sh`, group: `${NAME}:x:${NUMBER}:` };
  return Object.entries(lists).flatMap(([name, line]) => {
    const known = join("/etc", name);
    if (!existsSync(known)) return [];
    const others = readFileSync(known, "utf8")
      .split("\n")
      .filter((each) => each !== "" && each.split(":")[2] !== NUMBER);
    const path = join(folder, name);
    writeFileSync(path, [...others, line, ""].join("\n"));
    return ["--ro-bind", path, known];
  });
}
