// The request pipeline to SharePoint and Graph, what requests to storage share with it, and when to ask again; no routes.

export { CLOUDS, type Cloud, cloudOf, graphBaseUrl, scopesOf } from "./clouds.ts";
export { credentialFault } from "./credential-fault.ts";
export { type Due, DueHeap } from "./due-heap.ts";
export { guidOf } from "./guid.ts";
export { HttpTransport } from "./http-transport.ts";
export { isMembers, type Members } from "./members.ts";
export { odataLiteral } from "./odata-literal.ts";
export { RequestBudget } from "./request-budget.ts";
export { RequestError, type RetryAdvice } from "./request-error.ts";
export { type RetriedRequest, Retrier, type RetryOptions } from "./retrier.ts";
export { isOverload, isPassing, retryAfterOf } from "./retry-after.ts";
export { createServiceClient } from "./service-client.ts";
export {
  type OpenedConnection,
  type OwnConnection,
  openConnection,
  type ServiceConnection,
  type SharedConnection,
} from "./service-connection.ts";
export { type ServiceAnswer, ServiceError, type ServiceErrorOptions } from "./service-error.ts";
export { serviceText } from "./service-text.ts";
export type {
  ServiceClient,
  ServiceClientOptions,
  ServiceReply,
  ServiceRequest,
  TrafficDecoration,
} from "./service-types.ts";
export { storageHttpClient } from "./storage-http-client.ts";
export { systemNow } from "./system-clock.ts";
export { systemTimer, type Timer } from "./timer.ts";
export { TransportFault } from "./transport-fault.ts";
