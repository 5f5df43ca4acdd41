export { createSkills, type Skill, type Skills } from "./catalogue.ts";
export {
  syncSkills,
  folderName,
  type FetchFiles,
  type SkillRepository,
  type SyncOutcome,
  type SyncPlace,
} from "./sync.ts";
