export {
  type ContentRequest,
  type ContentResolver,
  containerContent,
  directoryContent,
  type ResolvedContent,
} from "./content.ts";
export type { DroppedRecord } from "./dropped.ts";
export type { ExportPlace } from "./export-location.ts";
export { type ConvertReport, type ExportSource, type ExportSourceOptions, exportSource } from "./export-source.ts";
export {
  type InspectedCounts,
  type InspectedFolder,
  type InspectedPackage,
  type Inspection,
  type InspectOptions,
  inspectPackage,
} from "./inspect.ts";
export type { ListPlace } from "./side-files.ts";
