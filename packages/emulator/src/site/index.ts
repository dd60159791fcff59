export { openSite, type SiteState } from "./site-state.ts";
export type { ImportedItem, ImportedVersion, SiteListOptions, SiteOptions } from "./types.ts";
