// The request pipeline to SharePoint and Graph, and what requests to storage share with it; no routes.

export { CLOUDS, type Cloud, cloudOf, scopesOf } from "./clouds.ts";
export { RequestError, type RetryAdvice } from "./request-error.ts";
export type { RetryOptions } from "./retrier.ts";
export { createServiceClient } from "./service-client.ts";
export { type ServiceAnswer, ServiceError } from "./service-error.ts";
export type {
  ServiceClient,
  ServiceClientOptions,
  ServiceReply,
  ServiceRequest,
  TrafficDecoration,
} from "./service-types.ts";
export { systemTimer, type Timer } from "./timer.ts";
