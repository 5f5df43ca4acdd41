import { readFile } from "node:fs/promises";

import type { CommandResults } from "@orch/api";
import { systemRandom, type SandboxCheck, type SandboxMode } from "@orch/core";
import { checkSandboxes, proveSandbox, type SandboxProof } from "@orch/sessions";

type Finding = CommandResults["doctor"]["checks"][number];

/** What stands in the way of a sandbox, and what would help. */
export interface SandboxState {
  readonly findings: readonly Finding[];
  /** Packages of the system that would have to be installed. */
  readonly missing: readonly string[];
}

const FILES_ONLY = "bwrap: files are confined, but the network is open and agents hold their own keys";
const ALL = "srt: files, network and keys are confined";

/** Switches of the kernel that keep ordinary users from making namespaces, and what turns each. */
const KERNEL = [
  {
    path: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    bad: "1",
    why: "AppArmor restricts user namespaces (Ubuntu 24.04 and newer)",
    hint: "Allow them: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap with userns.",
  },
  {
    path: "/proc/sys/kernel/unprivileged_userns_clone",
    bad: "0",
    why: "the kernel forbids user namespaces",
    hint: "Allow them: sysctl -w kernel.unprivileged_userns_clone=1",
  },
  {
    path: "/proc/sys/user/max_user_namespaces",
    bad: "0",
    why: "the kernel allows no user namespaces",
    hint: "Allow them: sysctl -w user.max_user_namespaces=10000",
  },
] as const;

/** Looks at every backend, and proves with canaries what the configured mode gives. */
export async function inspectSandbox(mode: SandboxMode): Promise<SandboxState> {
  const checks = await checkSandboxes();
  const proof = await proveSandbox(mode, systemRandom, { processes: true });
  const missing = mode === "none" || checks.srt.works ? [] : checks.srt.missing;
  const obstacle = checks.bwrap.works ? undefined : await kernelObstacle();
  return {
    findings: [
      verdictOf(mode, proof),
      ...processFinding(proof),
      backendFinding("srt", { check: checks.srt, what: ALL, obstacle }),
      backendFinding("bwrap", { check: checks.bwrap, what: FILES_ONLY, obstacle }),
    ],
    missing,
  };
}

function verdictOf(mode: SandboxMode, proof: SandboxProof): Finding {
  const name = "sandbox";
  const wanted = `sandbox.mode is ${mode}`;
  if ("why" in proof) {
    const hint = "Run orch doctor --fix. To go on without, for one project: orch run --sandbox none";
    return { name, state: "failed", detail: `${wanted}, and no agent runs: ${proof.why}`, hint };
  }
  const { sandbox } = proof.confinement;
  if (sandbox === "none") {
    const hint = "Agents and checks run with your files and your network; set sandbox.mode: auto to confine them.";
    return { name, state: "warning", detail: `${wanted}: switched off`, hint };
  }
  const state = sandbox === "bwrap" && mode === "auto" ? "warning" : "ok";
  return { name, state, detail: `${wanted}; canaries prove ${sandbox}` };
}

const HOLDERS = {
  cgroup: "a control group of the kernel holds what an agent may start, as tried",
  namespace: "the kernel holds what an agent may start, in the user namespace of its sandbox, as tried",
} as const;

/** What holds the number of an agent's processes. */
function processFinding(proof: SandboxProof): readonly Finding[] {
  if ("why" in proof || proof.processes === undefined) return [];
  const { holder, why = "" } = proof.processes;
  const name = "processes";
  if (holder === "cgroup") return [{ name, state: "ok", detail: HOLDERS.cgroup }];
  if (holder === "namespace") return [{ name, state: "ok", detail: `${HOLDERS.namespace}; ${why}` }];
  const hint = "Run orch as an ordinary user and agents in a sandbox, or orch where it may make control groups.";
  return [{ name, state: "warning", detail: `nothing but orch's own count holds what an agent starts: ${why}`, hint }];
}

function backendFinding(
  name: string,
  of: {
    readonly check: SandboxCheck;
    readonly what: string;
    readonly obstacle: Pick<(typeof KERNEL)[number], "why" | "hint"> | undefined;
  },
): Finding {
  const { check, what, obstacle } = of;
  if (check.works) return { name, state: "ok", detail: what };
  if (check.missing.length > 0) {
    return {
      name,
      state: "warning",
      detail: check.why,
      hint: `Install ${check.missing.join(" and ")}: orch doctor --fix`,
    };
  }
  if (process.platform !== "linux") {
    return { name, state: "warning", detail: check.why, hint: "There is no sandbox on this system yet." };
  }
  const why = obstacle === undefined ? check.why : `${check.why} (${obstacle.why})`;
  return { name, state: "warning", detail: why, ...(obstacle === undefined ? {} : { hint: obstacle.hint }) };
}

async function kernelObstacle(): Promise<(typeof KERNEL)[number] | undefined> {
  for (const switched of KERNEL) {
    const value = await readFile(switched.path, "utf8").catch(() => "");
    if (value.trim() === switched.bad) return switched;
  }
  return undefined;
}
