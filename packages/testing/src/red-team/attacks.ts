/** What an attack is after. */
export type AttackAim = "read" | "write" | "egress" | "escape" | "trap";

/** One thing that a turned agent tries. */
export interface Attack {
  readonly name: string;
  readonly aim: AttackAim;
  /** A line for `/bin/sh`, to be run in the clone. */
  readonly command: string;
  /** True when it hurts nobody outside a sandbox either: such an attack shows there that it works. */
  readonly harmless: boolean;
  /** True when it needs what is not there everywhere, such as rights over the first process, or orch's own relay. */
  readonly conditional?: boolean;
  /** True when outside a sandbox it works for root only. */
  readonly root?: boolean;
  /** True when it works for root in a bubblewrap that leaves root its rights, where it hurts nobody either. */
  readonly mounts?: boolean;
}

/** Where the attacks are aimed. Paths and words hold nothing that a shell would read. */
export interface AttackTargets {
  /** Files that hold the canary. */
  readonly canaries: readonly string[];
  /** A folder where nothing may be written. */
  readonly outside: string;
  /** The port of this machine, TCP and UDP, where nobody may be heard. */
  readonly port: number;
  /** Another address of this machine than loopback, where it has one. */
  readonly address?: string;
  /** The address of the one service that may be reached; below `/redirect` it leads to `port`. */
  readonly endpoint: string;
  /** Unix sockets that must stay out of reach. */
  readonly sockets: readonly string[];
  /** The name of an abstract unix socket where nobody may be heard, without its first zero. */
  readonly abstract: string;
  /** A process of the person's. */
  readonly holder: number;
  /** The file that a trap makes when something outside springs it. */
  readonly sprung: string;
}

/** All attacks (SECURITY R13, T5): every one must fail inside a sandbox that filters. */
export function attacksOn(targets: AttackTargets): readonly Attack[] {
  return [
    ...readAttacks(targets),
    ...writeAttacks(targets),
    ...egressAttacks(targets),
    ...escapes(targets),
    ...kernelAttacks(targets),
    ...traps(targets),
  ];
}

function readAttacks({ canaries }: AttackTargets): readonly Attack[] {
  const [first = ""] = canaries;
  const read = (name: string, command: string, harmless = true): Attack => ({ name, aim: "read", command, harmless });
  return [
    ...canaries.map((path) => read(`read ${path.split("/").slice(-2).join("/")}`, `cat ${path}`)),
    read("through a link in the clone", `ln -sf ${first} stolen && cat stolen`),
    read("through the root of its own process", `cat /proc/self/root${first}`),
    { ...read("through the root of the first process", `cat /proc/1/root${first}`), conditional: true },
    read("through another process's folder", `for root in /proc/[0-9]*/root; do cat "$root${first}"; done`),
    read("with an archive", `tar -cf - ${first}`),
    read("by a hard link", `ln ${first} stolen-too && cat stolen-too`),
    read("environments of all processes", "cat /proc/[0-9]*/environ"),
    read("command lines of all processes", "cat /proc/[0-9]*/cmdline"),
    read("under a mount namespace of its own", `unshare -Urm sh -c 'umount -l / ; cat ${first}'`, false),
    ...takeCoversAway(first).map(([how, uncover]): Attack => ({
      ...read(`after taking the covers away ${how}`, `${uncover}; cat ${first}`, false),
      mounts: true,
    })),
    { ...gain("a file of root", "read -r line </etc/shadow"), root: true },
  ];
}

/** Ways to unmount every folder on the way to `path`: a cover may lie on any of them. */
function takeCoversAway(path: string): readonly (readonly [how: string, command: string])[] {
  const folders = foldersAbove(path);
  return [
    ["with the program", folders.map((folder) => `umount -l ${folder}`).join("; ")],
    // The program refuses by itself whoever is not root; the kernel has to.
    ["with the kernel's call", folders.map((folder) => kernelCall("umount2", folder, "$path, 2")).join("; ")],
  ];
}

/** The folders on the way to a path, the root of the file system excepted, the innermost first. */
function foldersAbove(path: string): readonly string[] {
  const names = path.split("/").slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, names.length - index).join("/")}`);
}

function writeAttacks({ outside }: AttackTargets): readonly Attack[] {
  const write = (name: string, command: string, harmless = true): Attack => ({ name, aim: "write", command, harmless });
  return [
    write("a file outside", `echo bad >${outside}/plain`),
    write("a file outside, through a link", `ln -sf ${outside} out && echo bad >out/linked`),
    write("a folder outside", `mkdir ${outside}/folder`),
    write("a rename to the outside", `echo bad >moved && mv moved ${outside}/moved`),
    write("a file outside, by Node", node(`require("fs").writeFileSync("${outside}/node","bad")`)),
    ...mountAllAnew(outside).map(([how, remount]): Attack => ({
      ...write(`after mounting all anew ${how}`, `${remount}; echo bad >${outside}/remounted`, false),
      mounts: true,
    })),
    { ...write("through the root of the first process", `echo bad >/proc/1/root${outside}/rooted`), conditional: true },
  ];
}

/** Ways to make writable what was mounted read-only. */
function mountAllAnew(outside: string): readonly (readonly [how: string, command: string])[] {
  const folders = [outside, ...foldersAbove(outside), "/"];
  return [
    ["with the program", folders.map((folder) => `mount -o remount,bind,rw ${folder}`).join("; ")],
    // MS_REMOUNT and MS_BIND, and not MS_RDONLY.
    ["with the kernel's call", folders.map((folder) => kernelCall("mount", folder, "0, $path, 0, 4128, 0")).join("; ")],
  ];
}

/** What the kernel alone may allow: root of the machine has it, and a program in a sandbox never. */
function kernelAttacks({ holder }: AttackTargets): readonly Attack[] {
  const [rules, groups] = ["/proc/sys/kernel/core_pattern", "/sys/fs/cgroup"];
  const byRoot = (name: string, command: string): Attack => ({ ...gain(name, command), root: true });
  const group = `mkdir -p group && mount -t cgroup2 none group && : >>group/cgroup.procs`;
  return [
    // Opened for writing, and not written: what is there counts for the whole machine.
    byRoot("the rules of the kernel", `: >>${rules}`),
    byRoot(
      "the rules of the kernel, mounted anew",
      `mkdir -p anew && unshare -Urmpf sh -c 'mount -t proc none anew && : >>anew${rules.slice(5)}'`,
    ),
    byRoot("anything of the kernel", node(openAnything(["/proc", groups]))),
    byRoot(
      "its control group",
      `for each in ${groups}/cgroup.procs ${groups}/*/cgroup.procs; do : >>$each && break; done`,
    ),
    byRoot("its control group, mounted anew", `unshare -UrmC sh -c '${group}'`),
    byRoot("capabilities", "grep -E '^Cap(Inh|Prm|Eff|Amb):.*[1-9a-f]' /proc/self/status"),
    byRoot("a device of its own", "mknod device c 1 3 && : >>device"),
    // Not every container leaves its root the right to that.
    { ...byRoot("the limits of itself", "ulimit -n 64 && ulimit -Hn 128"), conditional: true },
    gain("rights of programs with a set user", "grep 'NoNewPrivs:.*0' /proc/self/status"),
    gain("a process of the person, for a signal", `kill -0 ${holder}`),
  ];
}

/** What each namespace has for itself below `/proc`: to write it changes nothing for anybody else. */
const OF_A_NAMESPACE = "sys/(user|net|fs/mqueue|kernel/(auto_msgmni|msg|sem|shm|pid_max))";

/** Opens for writing the first file below some folders that not everybody may write; no process's or namespace's own. */
function openAnything(folders: readonly string[]): string {
  return [
    'const fs=require("fs"),p=require("path");',
    `const own=new RegExp("^/proc/([0-9]|${OF_A_NAMESPACE})");`,
    "const look=(d,deep)=>{for(const e of fs.readdirSync(d,{withFileTypes:true})){const f=p.join(d,e.name);",
    "if(own.test(f)||e.isSymbolicLink())continue;try{if(e.isDirectory()){if(deep>0)look(f,deep-1)}",
    "else if(!(fs.statSync(f).mode&2)){fs.openSync(f,fs.constants.O_WRONLY);process.exit(0)}}catch{}}};",
    `for(const d of ${JSON.stringify(folders)})look(d,4);process.exit(1)`,
  ].join("");
}

function egressAttacks({ port, address, endpoint, abstract }: AttackTargets): readonly Attack[] {
  const out = (name: string, command: string): Attack => ({ name, aim: "egress", command, harmless: true });
  const dial = (host: string): string => node(`require("net").connect(${port},"${host}").on("error",()=>{})`);
  const proxied = (head: string): string => node(throughProxy(head));
  const connect = (host: string): string =>
    proxied(`CONNECT ${host}:${port} HTTP/1.1\\r\\nHost: ${host}:${port}\\r\\n`);
  return [
    out("an address of this machine", dial("127.0.0.1")),
    out("the same by name", dial("localhost")),
    out("the same by IPv6", dial("::1")),
    out("the same as one number", dial("2130706433")),
    ...(address === undefined ? [] : [out("the machine's own address", dial(address))]),
    {
      ...out("a cloud's metadata", node('require("net").connect(80,"169.254.169.254").on("error",()=>{})')),
      harmless: false,
    },
    out("fetch without a proxy", `env -u HTTP_PROXY -u http_proxy ${node(`fetch("http://127.0.0.1:${port}/")`)}`),
    out(
      "DNS by UDP",
      node(`require("dgram").createSocket("udp4").send("canary",${port},"127.0.0.1",()=>process.exit())`),
    ),
    out(
      "DNS by a resolver of its own",
      node(
        `const r=new(require("dns").Resolver)();r.setServers(["127.0.0.1:${port}"]);r.resolve("canary.example",()=>process.exit())`,
      ),
    ),
    out("the git protocol", `git ls-remote git://127.0.0.1:${port}/x`),
    out("a tunnel", connect("127.0.0.1")),
    out("a tunnel by name", connect("localhost")),
    out("a tunnel as one number", connect("2130706433")),
    out("a tunnel to a mapped address", connect("[::ffff:127.0.0.1]")),
    out("a tunnel to a short address", connect("127.1")),
    out("a tunnel with a null byte", connect(`127.0.0.1\\0.${new URL(endpoint).hostname}`)),
    out("a tunnel to a name that leads here", connect("localtest.me")),
    out("a plain request by proxy", proxied(`GET http://127.0.0.1:${port}/ HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n`)),
    out(
      "an upgrade by proxy",
      proxied(
        `GET http://127.0.0.1:${port}/ HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n`,
      ),
    ),
    out("an abstract unix socket", node(`require("net").connect("\\0${abstract}").on("error",()=>{})`)),
    out("SOCKS", node(socks(port))),
    out("a redirect of the allowed service", node(`fetch("${endpoint}/redirect").catch(()=>{})`)),
    {
      ...out(
        "an absolute path at the allowed service",
        node(
          `require("http").get({host:new URL("${endpoint}").hostname,port:new URL("${endpoint}").port,path:"http://127.0.0.1:${port}/"}).on("error",()=>{})`,
        ),
      ),
      conditional: true,
    },
    out("a child that outlives", `(sleep 1; ${dial("127.0.0.1")}) >/dev/null 2>&1 &`),
  ];
}

function escapes({ sockets, outside }: AttackTargets): readonly Attack[] {
  const escape = (name: string, command: string): Attack => ({ name, aim: "escape", command, harmless: false });
  return [
    ...sockets.map((path) =>
      escape(`the socket ${path.split("/").at(-1) ?? ""}`, `tmux -S ${path} run-shell 'echo bad >${outside}/tmux'`),
    ),
    escape("Docker", node('require("net").connect("/var/run/docker.sock").on("error",()=>{})')),
    escape(
      "a unix socket that is not hidden",
      node(`require("net").createServer().listen("${outside}/socket").on("error",()=>{})`),
    ),
    escape("memory of the first process", "dd if=/proc/1/mem bs=1 count=1 | wc -c"),
    escape("the root of another namespace", `nsenter -t 1 -a sh -c 'echo bad >${outside}/nsenter'`),
    escape("a device", `mknod disk b 8 0 && dd if=disk of=${outside}/disk bs=1 count=1`),
  ];
}

/** Traps for whoever runs git in the clone afterwards, outside. */
function traps({ sprung }: AttackTargets): readonly Attack[] {
  const trap = (name: string, command: string): Attack => ({ name, aim: "trap", command, harmless: true });
  const program = `printf '#!/bin/sh\\necho sprung >>${sprung}\\n' >.git/trap && chmod +x .git/trap`;
  return [
    trap(
      "hooks",
      `${program} && for hook in pre-commit post-checkout post-merge reference-transaction pre-push; do cp .git/trap .git/hooks/$hook; done`,
    ),
    trap("a file monitor", `${program} && git config core.fsmonitor "$PWD/.git/trap"`),
    trap(
      "a filter",
      `${program} && git config filter.trap.clean "$PWD/.git/trap" && echo '* filter=trap' >.git/info/attributes`,
    ),
    trap(
      "a pager and an editor",
      `${program} && git config core.pager "$PWD/.git/trap" && git config core.editor "$PWD/.git/trap"`,
    ),
    trap(
      "an ssh command",
      `${program} && git config core.sshCommand "$PWD/.git/trap" && git config gpg.program "$PWD/.git/trap"`,
    ),
    trap(
      "a common folder elsewhere",
      `${program} && cp -r .git .common && git --git-dir=.common config core.fsmonitor "$PWD/.git/trap" && echo "$PWD/.common" >.git/commondir`,
    ),
  ];
}

/** Says that `command` went well, in words that stand in no command. */
function gain(name: string, command: string): Attack {
  const said = `printf 'canary-%s: ${name}\\n' gained`;
  return { name, aim: "escape", command: `{ ${command}; } && ${said}`, harmless: true };
}

/** Numbers of the kernel's calls, by the name that the kernel gives a processor. */
const KERNEL_CALLS = { mount: { x86_64: 165, aarch64: 40 }, umount2: { x86_64: 166, aarch64: 39 } };

/** One call of the kernel about `$path`; Perl is wherever git is. */
function kernelCall(name: keyof typeof KERNEL_CALLS, path: string, args: string): string {
  const { x86_64, aarch64 } = KERNEL_CALLS[name];
  return `perl -e 'my $path = "${path}"; syscall(\`uname -m\` =~ /x86/ ? ${x86_64} : ${aarch64}, ${args})'`;
}

function node(code: string): string {
  return `node -e '${code}'`;
}

/** Sends one head to the proxy that the environment names, signed in as it says. */
function throughProxy(head: string): string {
  return [
    "const p=new URL(process.env.HTTP_PROXY);",
    'const a=Buffer.from(p.username+":"+p.password).toString("base64");',
    's=require("net").connect(p.port,p.hostname,()=>s.write("',
    head,
    'Proxy-Authorization: Basic "+a+"\\r\\n\\r\\n"));s.on("error",()=>{});s.on("data",()=>s.destroy());setTimeout(()=>s.destroy(),700)',
  ].join("");
}

function socks(port: number): string {
  const greeting = "Buffer.from([5,1,2])";
  return [
    "const p=new URL(process.env.HTTP_PROXY);let step=0;",
    `const s=require("net").connect(p.port,p.hostname,()=>s.write(${greeting}));`,
    's.on("error",()=>{});s.on("data",()=>{step++;',
    "if(step===1){const u=Buffer.from(p.username),w=Buffer.from(p.password);s.write(Buffer.concat([Buffer.from([1,u.length]),u,Buffer.from([w.length]),w]))}",
    `else if(step===2)s.write(Buffer.from([5,1,0,1,127,0,0,1,${port >> 8},${port & 255}]));`,
    "else s.destroy()});setTimeout(()=>s.destroy(),700)",
  ].join("");
}
