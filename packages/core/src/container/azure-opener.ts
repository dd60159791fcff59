import { PrimepackError, type Secret } from "../errors/index.ts";
import type { BlobContainer, ContainerLocator, Logger, NetworkOptions } from "../model/index.ts";
import { parseAzureAccount } from "./azure-account.ts";
import type { AzureManagement } from "./azure-management.ts";
import { connectionTo } from "./connection.ts";
import { openLocatedContainer } from "./locate.ts";
import { Retrier } from "./retrying.ts";

export interface AzureOpenerOptions {
  /** A connection string, or the URL of a blob service with an account SAS; the rights to read and list are enough. */
  readonly storage: Secret;
  readonly network?: NetworkOptions;
  readonly logger?: Logger;
}

/**
 * Opens containers of one storage account for reading, by the locators of `packages.ndjson`.
 *
 * Throws INVALID_OPTION if `storage` can't be read; the opener rejects with INVALID_OPTION for a container of another
 * account, so that no SAS is ever sent to a place that only a record names.
 */
export function azureContainerOpener(
  options: AzureOpenerOptions,
): (locator: ContainerLocator, signal?: AbortSignal) => Promise<BlobContainer> {
  const { storage, network, logger } = options;
  const account = parseAzureAccount(storage);
  let management: Promise<AzureManagement> | undefined;
  const openManagement = async () => {
    const { AzureManagement } = await import("./azure-management.ts");
    const { transport } = connectionTo(account.url, network);
    return new AzureManagement(account, transport, new Retrier(logger === undefined ? {} : { logger }));
  };
  return async (locator, signal) => {
    if (locator.kind !== "azure" || !locator.url.startsWith(`${account.url}/`)) {
      const found = locator.kind === "azure" ? locator.url : locator.path;
      throw new PrimepackError(
        "INVALID_OPTION",
        `Cannot open the container as the storage is that of ${account.url}: current value is ${found}`,
      );
    }
    management ??= openManagement();
    const containerName = locator.url.slice(account.url.length + 1);
    const sas = await (await management).reading(containerName, signal);
    return openLocatedContainer(locator, {
      sas,
      ...(network === undefined ? {} : { network }),
      ...(logger === undefined ? {} : { logger }),
    });
  };
}
