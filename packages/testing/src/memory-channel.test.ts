import { createMemoryChannel } from "./memory-channel.ts";
import { describeChannel } from "./suites/channel-suite.ts";

describeChannel("memory", {
  async make() {
    const channel = createMemoryChannel();
    return {
      channel,
      say: (message) => channel.say(message),
      shown: async (conversation) => channel.shown(conversation),
    };
  },
});
