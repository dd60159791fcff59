import { PrimepackError, type Secret } from "../errors/index.ts";
import type { BlobContainer, ContainerLocator, Logger, NetworkOptions } from "../model/index.ts";
import { type AzureAccount, parseAzureAccount } from "./azure-account.ts";
import { openLocatedContainer } from "./locate.ts";

/** What opens the containers, and how they are reached. */
export interface AzureOpenerOptions {
  /** A connection string, or the URL of a blob service with an account SAS; the rights to read and list are enough. */
  readonly storage: Secret;
  /** The present moment, from which a SAS that is made of an account key is counted. */
  readonly now: Date;
  /** How requests leave this machine. Default: directly, trusting the authorities that Node brings along. */
  readonly network?: NetworkOptions;
  /** Told of requests that are sent again, and of each call. Default: nobody. */
  readonly logger?: Logger;
}

/** Opens a recorded container for reading. */
export type AzureContainerOpener = (locator: Extract<ContainerLocator, { kind: "azure" }>) => BlobContainer;

/** Milliseconds that a SAS for looking at a package lasts: a day. */
const SAS_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** Naming rules: "Naming and referencing containers, blobs, and metadata". */
const containerName = /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/;

/**
 * Opens containers of one storage account for reading, by the locators of `packages.ndjson`.
 *
 * Rejects with INVALID_OPTION if `storage` can't be read. The opener throws INVALID_OPTION for a container of another
 * account, so that no credential is ever sent to a place that only a record names.
 */
export async function azureContainerOpener(options: AzureOpenerOptions): Promise<AzureContainerOpener> {
  const { storage, now, network, logger } = options;
  const account = parseAzureAccount(storage);
  const sasFor = await readingSas(account, new Date(now.getTime() + SAS_LIFETIME_MS));
  return (locator) => {
    const name = locator.url.startsWith(`${account.url}/`) ? locator.url.slice(account.url.length + 1) : "";
    if (!containerName.test(name)) {
      throw new PrimepackError(
        "INVALID_OPTION",
        `Cannot open the container as the storage is that of ${account.url}: current value is ${locator.url}`,
      );
    }
    return openLocatedContainer(locator, {
      sas: sasFor(name),
      ...(network === undefined ? {} : { network }),
      ...(logger === undefined ? {} : { logger }),
    });
  };
}

/** The account's own SAS, or one made of its key that reads and lists one container. */
async function readingSas(account: AzureAccount, expiresOn: Date): Promise<(containerName: string) => Secret> {
  if (account.sas !== undefined) {
    const { sas } = account;
    return () => sas;
  }
  const { containerSas } = await import("./azure-container-sas.ts");
  return (containerName) => containerSas({ account, containerName, permissions: "rl", expiresOn });
}
