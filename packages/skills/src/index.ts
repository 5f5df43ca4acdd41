export { createSkills, type Skill, type Skills } from "./catalogue.ts";
export { emptyCatalogue, readCatalogueFile, type CatalogueFile, type NamedSkill } from "./catalogue-file.ts";
export {
  syncSkills,
  folderName,
  type FetchFiles,
  type SkillRepository,
  type SyncOutcome,
  type SyncPlace,
} from "./sync.ts";
