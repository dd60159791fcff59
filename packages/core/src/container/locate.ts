import type { Secret } from "../errors/index.ts";
import type { RetryOptions } from "../http/retrier.ts";
import type { BlobContainer, ContainerLocator, Logger, NetworkOptions } from "../model/index.ts";
import { AzureContainer } from "./azure.ts";
import { connectionTo } from "./connection.ts";
import { DirectoryContainer } from "./directory.ts";
import { LimitingContainer } from "./limiting.ts";
import { LoggingContainer } from "./logging.ts";
import { RetryingContainer } from "./retrying.ts";
import { ThrottlingContainer } from "./throttling.ts";

/** What a locator leaves out: credential, network, pace. */
export interface LocatedContainerOptions {
  /** What opens an `azure` locator: a SAS query without the question mark. */
  readonly sas?: Secret;
  /** How requests leave this machine. Default: directly, trusting the authorities that Node brings along. */
  readonly network?: NetworkOptions;
  /** Requests at once on this container. Default: as many as are called. */
  readonly concurrency?: number;
  /** How often and when failed requests are sent again. Default: as {@link RetryOptions} says. */
  readonly retry?: RetryOptions;
  /** Told of requests that are sent again, and of each call. Default: nobody. */
  readonly logger?: Logger;
}

/**
 * Opens a container by its locator, in any thread or process that can reach it.
 *
 * An `azure` one comes with its wrappers: throttling answers hold all requests to that store, failed requests are
 * repeated, and a request keeps its place among `concurrency` meanwhile.
 *
 * @throws INVALID_OPTION if the network options name no proxy that can be used
 */
export function openLocatedContainer(locator: ContainerLocator, options: LocatedContainerOptions = {}): BlobContainer {
  const { concurrency, logger } = options;
  let container = locator.kind === "directory" ? new DirectoryContainer(locator.path) : openAzure(locator.url, options);
  if (concurrency !== undefined) container = new LimitingContainer(container, concurrency);
  return logger === undefined ? container : new LoggingContainer(container, logger);
}

function openAzure(url: string, { sas, network, retry, logger }: LocatedContainerOptions): BlobContainer {
  const { transport, gate } = connectionTo(url, network);
  const container = new ThrottlingContainer(new AzureContainer(url, sas, transport), gate);
  return new RetryingContainer(container, { ...(logger === undefined ? {} : { logger }), ...retry });
}
