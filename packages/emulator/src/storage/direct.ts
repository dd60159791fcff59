import { Agent } from "node:http";
import {
  AnonymousCredential,
  newPipeline,
  type Pipeline,
  type RequestPolicyFactory,
  type StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { newPipeline as newQueuePipeline, type Pipeline as QueuePipeline } from "@azure/storage-queue";

/** Pipelines of the storage clients that reach this machine directly, whatever proxy the environment names. */
export interface DirectPipelines {
  readonly keyed: Pipeline;
  readonly keyedQueue: QueuePipeline;
  /** For URIs that bring their SAS. */
  readonly signed: Pipeline;
  readonly signedQueue: QueuePipeline;
  close(): void;
}

/** The storage is next door: a repetition that helps at all helps at once. */
const options = { retryOptions: { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1000 } };

export function directPipelines(credential: StorageSharedKeyCredential): DirectPipelines {
  const agent = new Agent({ keepAlive: true });
  const direct: RequestPolicyFactory = {
    create: (next) => ({
      sendRequest(request) {
        // The clients take a proxy from the environment; an agent of ours stands in its place.
        if (request.url.startsWith("http://127.0.0.1:")) request.agent = agent;
        return next.sendRequest(request);
      },
    }),
  };
  const through = <P extends Pipeline | QueuePipeline>(pipeline: P): P => {
    pipeline.factories.push(direct);
    return pipeline;
  };
  return {
    keyed: through(newPipeline(credential, options)),
    keyedQueue: through(newQueuePipeline(credential, options)),
    signed: through(newPipeline(new AnonymousCredential(), options)),
    signedQueue: through(newQueuePipeline(new AnonymousCredential(), options)),
    close: () => agent.destroy(),
  };
}
