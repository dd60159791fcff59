// One import by itself, into a site that lies in a folder: for tests of packages, without servers and jobs.

export type { ImportRequest, ImportStep, JobContainer, StoredBlob } from "../ports.ts";
export { openSite, type SiteState } from "../site/site-state.ts";
export type * from "../site/types.ts";
export { importPackage } from "./import-package.ts";
