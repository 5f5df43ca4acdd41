export { createDrivers } from "./create-drivers.ts";
export { agentProtocols } from "./protocols.ts";
export { type AgentSurroundings } from "./surroundings.ts";
export { decodeRecording, recordedAgents, type DecodedRecording } from "./recorded/decode-recording.ts";
export { createFreeModels, type FreeModelsParts } from "./opencode/free-models.ts";
export { findProgram, packagesAround } from "./find-program.ts";
export { type Recording, type RecordedAttempt, type RecordingStep } from "./replay/recording.ts";
export { reasonForFailure } from "@orch/parser";
