import { checkCasts } from "./checks/casts.ts";
import { checkContractSuites } from "./checks/contract-suites.ts";
import { checkDependencies } from "./checks/dependencies.ts";
import { checkDocumentedExports } from "./checks/documented-exports.ts";
import { checkEnvironment } from "./checks/environment.ts";
import { checkErrors } from "./checks/errors.ts";
import { checkFileNames } from "./checks/file-names.ts";
import { checkIndexShape } from "./checks/index-shape.ts";
import { checkLayers } from "./checks/layers.ts";
import { checkLinks } from "./checks/links.ts";
import { checkManifests } from "./checks/manifests.ts";
import { checkPaths } from "./checks/paths.ts";
import { checkProcessControl } from "./checks/process-control.ts";
import { checkReadmes } from "./checks/readmes.ts";
import { checkRelativeImports } from "./checks/relative-imports.ts";
import { checkShell } from "./checks/shell.ts";
import { checkSizes } from "./checks/sizes.ts";
import { checkTestManners } from "./checks/test-manners.ts";
import { checkTimeAndChance } from "./checks/time-and-chance.ts";
import type { Check } from "./violation.ts";

/** Every rule of the repository, by the name under which its test reports. */
export const ALL_CHECKS: Readonly<Record<string, Check>> = {
  casts: checkCasts,
  "contract suites": (workspace) => checkContractSuites(workspace),
  dependencies: checkDependencies,
  "documented exports": checkDocumentedExports,
  environment: checkEnvironment,
  errors: checkErrors,
  "file names": checkFileNames,
  "index shape": checkIndexShape,
  layers: checkLayers,
  links: checkLinks,
  manifests: checkManifests,
  paths: checkPaths,
  "process control": checkProcessControl,
  readmes: checkReadmes,
  "relative imports": checkRelativeImports,
  shell: checkShell,
  sizes: checkSizes,
  "test manners": checkTestManners,
  "time and chance": checkTimeAndChance,
};
