import { createFakeClock } from "./fake-clock.ts";
import { createMemoryTextModel, type MemoryTextModelReply } from "./memory-text-model.ts";
import { describeTextModel } from "./suites/text-model-suite.ts";

describeTextModel("memory", {
  make() {
    const clock = createFakeClock();
    const model = (reply: MemoryTextModelReply) => createMemoryTextModel(() => reply, { clock });
    return {
      says: (text) => model({ kind: "text", text }),
      fails: () => model({ kind: "error", message: "overloaded" }),
      hangs: () => model({ kind: "silence" }),
      pass: (ms) => clock.advance(ms),
    };
  },
});
