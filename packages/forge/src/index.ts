export { readLabels, type ExcludingLabel, type LabelReading, type LabelSize } from "./labels/read-labels.ts";
export { shownLabels, type ShownLabels, type SingleLabel } from "./labels/shown-labels.ts";
export { labelChange, type LabelChange } from "./labels/label-change.ts";
export { labelStatuses, type LabelStatus } from "./labels/label-status.ts";
export { labelCatalogue, labelsToCreate, looksOf, type CatalogueEntry } from "./labels/catalogue.ts";
