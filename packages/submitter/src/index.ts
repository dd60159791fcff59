export { type GraphJobServiceOptions, graphJobService } from "./graph-job-service.ts";
export { providedContainers } from "./provided-containers.ts";
export { sasExpiry } from "./sas-expiry.ts";
export type { ServiceConnection } from "./service-connection.ts";
export { type SharePointJobServiceOptions, sharePointJobService } from "./sharepoint-job-service.ts";
export type * from "./types.ts";
