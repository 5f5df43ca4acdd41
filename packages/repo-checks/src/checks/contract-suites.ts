import { CONTRACT_SUITES } from "../policy.ts";
import { isTest } from "../source-kinds.ts";
import { visit } from "../syntax.ts";
import type { Violation } from "../violation.ts";
import type { Member, Workspace } from "../workspace.ts";

/** Every member that implements a port calls that port's contract suite in its tests. */
export function checkContractSuites(
  workspace: Workspace,
  suites: Readonly<Record<string, readonly string[]>> = CONTRACT_SUITES,
): readonly Violation[] {
  return workspace.members.flatMap((member) => {
    const called = calledFunctions(member);
    return (suites[member.manifest.name] ?? [])
      .filter((suite) => !called.has(suite))
      .map((suite) => ({ where: member.folder, message: `no test calls ${suite}` }));
  });
}

function calledFunctions(member: Member): ReadonlySet<string> {
  const called = new Set<string>();
  for (const file of member.sources.filter(isTest)) {
    visit(file, {
      CallExpression: (node) => {
        if (node.callee.type === "Identifier") called.add(node.callee.name);
      },
    });
  }
  return called;
}
