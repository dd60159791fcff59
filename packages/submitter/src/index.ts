export { type GraphJobServiceOptions, graphJobService } from "./graph-job-service.ts";
export { providedContainers } from "./provided-containers.ts";
export { sasExpiry } from "./sas-expiry.ts";
export type { ServiceConnection } from "./service-connection.ts";
export { type SharePointJobServiceOptions, sharePointJobService } from "./sharepoint-job-service.ts";
export type { TargetRole, TargetUser } from "./target/principals.ts";
export { type ResolvedTarget, type ResolveTargetOptions, resolveTarget } from "./target/resolve-target.ts";
export { withTargetFolder } from "./target/with-target-folder.ts";
export type * from "./types.ts";
