// Request, reply and event types of the services, as they stand on the wire; no behaviour.

export * from "./cross-tenant.ts";
export * from "./graph.ts";
export * from "./sharepoint.ts";
