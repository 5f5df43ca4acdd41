import type { MemoryForge } from "../forge/memory-forge.ts";
import type { World } from "./world.ts";

/** The forge as orch reaches it: what it must never ask for, is written down when it does. */
export function watchedForge(world: World, forge: MemoryForge): MemoryForge {
  const { violations, drafts, trace } = world;
  return {
    ...forge,
    async markReady(number) {
      if (drafts.has(number)) violations.push(`made ready what people made a draft: ${number}`);
      await forge.markReady(number);
      trace.say("forge", `ready ${number}`);
    },
    async merge(request) {
      const { number, expected } = request;
      const { draft, state } = forge.state.pulls.get(number) ?? {};
      const outcome = await forge.merge(request);
      const how = outcome.kind === "merged" ? "" : ` refused: ${outcome.why}`;
      trace.say("forge", `merge ${number} at ${expected.slice(-4)}${how}`);
      if (outcome.kind === "merged" && state === "open" && draft === true)
        violations.push(`merged the draft ${number}`);
      return outcome;
    },
  };
}

/** A forge whose comments are written without a look whether they are there: the bug of two of the seeds. */
export function babbling(forge: MemoryForge): MemoryForge {
  return {
    ...forge,
    putComment: ({ thread, marker, body }) =>
      forge.people.comment({ thread, body: `<!-- ${marker} -->\n${body}`, as: "orch[bot]" }),
  };
}

/** A forge that makes the branches of a fork in the repository itself. */
export function straying(forge: MemoryForge): MemoryForge {
  return {
    ...forge,
    async linkBranch({ branch, commit }) {
      forge.state.git.place(branch, { commit });
      return true;
    },
  };
}
