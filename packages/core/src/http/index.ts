// The request pipeline to SharePoint and Graph, and what requests to storage share with it; no routes.

export type { RetryOptions } from "./retrier.ts";
export type {
  ServiceClient,
  ServiceClientOptions,
  ServiceReply,
  ServiceRequest,
  TrafficDecoration,
} from "./service-types.ts";
export { systemTimer, type Timer } from "./timer.ts";
