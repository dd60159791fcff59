import { resolve } from "node:path";
import { PrimepackError, type Secret, throwIfAborted } from "../errors/index.ts";
import { Retrier, type RetryOptions } from "../http/retrier.ts";
import type {
  BlobContainer,
  Logger,
  NetworkOptions,
  PackageContainers,
  PackageLocation,
  PackageStore,
} from "../model/index.ts";
import { type AzureAccount, parseAzureAccount } from "./azure-account.ts";
import type { AzureManagement, FreshContainer } from "./azure-management.ts";
import { connectionTo } from "./connection.ts";
import { writeError } from "./file-error.ts";
import { openLocatedContainer } from "./locate.ts";
import { PackageFolder } from "./package-folder.ts";
import { checkPackageName } from "./package-name.ts";

/** The account, and the names of the containers in it. */
export interface AzureStoreOptions {
  /**
   * A connection string (with account key or SAS), or the URL of a blob service with an account SAS, which needs the
   * services `b`, the resource types `co` and the rights `rwdlc`.
   */
  readonly storage: Secret;
  /** Sets the containers of this run apart from those of others: lower-case letters, digits, hyphens. */
  readonly runId: string;
  /** Begins the names of containers: `<prefix>-<runId>-<package>-content` and `-manifest`. Default: `primepack`. */
  readonly prefix?: string;
  /** Folder in which `<package>/blobs.ndjson` is kept, so that a package can be verified without listing. Default: none. */
  readonly recordsDirectory?: string;
  /** How requests leave this machine. Default: directly, trusting the authorities that Node brings along. */
  readonly network?: NetworkOptions;
  /** How often and when failed requests are sent again. Default: as {@link RetryOptions} says. */
  readonly retry?: RetryOptions;
  /** Told of requests that are sent again, and of each call. Default: nobody. */
  readonly logger?: Logger;
}

/**
 * Packages as pairs of containers of one Azure storage account.
 *
 * `open` makes both containers; those that an earlier attempt left are emptied. With an account key each container gets
 * a SAS of its own for 7 days (read, create, write, delete, list), which is all that other threads see; an account SAS
 * is passed on as it is.
 *
 * @throws INVALID_OPTION if `storage` can't be read or a container's name would not be valid
 */
export function azurePackageStore(options: AzureStoreOptions): PackageStore {
  const account = parseAzureAccount(options.storage);
  const store = new AzureStore(account, options);
  return { open: (packageName, signal) => store.open(packageName, signal) };
}

class AzureStore {
  readonly #account: AzureAccount;
  readonly #options: AzureStoreOptions;
  #management: Promise<AzureManagement> | undefined;

  constructor(account: AzureAccount, options: AzureStoreOptions) {
    this.#account = account;
    this.#options = options;
  }

  async open(packageName: string, signal: AbortSignal | undefined): Promise<PackageContainers> {
    checkPackageName(packageName);
    const contentName = this.#containerName(packageName, "content");
    const manifestName = this.#containerName(packageName, "manifest");
    throwIfAborted(signal, `begin the package ${packageName}`);
    const records = await this.#records(packageName);
    this.#management ??= this.#openManagement();
    const management = await this.#management;
    const [content, manifest] = await both(
      management.fresh(contentName, signal),
      management.fresh(manifestName, signal),
    );
    const { network } = this.#options;
    return {
      content: this.#container(content),
      manifest: this.#container(manifest),
      sas: { content: content.sas, manifest: manifest.sas },
      ...(network === undefined ? {} : { network }),
      async complete(blobs): Promise<PackageLocation> {
        await records?.complete(blobs);
        return { content: { kind: "azure", url: content.url }, manifest: { kind: "azure", url: manifest.url } };
      },
      async discard() {
        await both(management.delete(contentName), management.delete(manifestName));
        await records?.discard();
      },
    };
  }

  /** The SDK is loaded when the first package is opened, and only here: workers never need it. */
  async #openManagement(): Promise<AzureManagement> {
    const { network, retry, logger } = this.#options;
    const { AzureManagement } = await import("./azure-management.ts");
    const { transport } = connectionTo(this.#account.url, network);
    const retrier = new Retrier({ ...(logger === undefined ? {} : { logger }), ...retry });
    return new AzureManagement(this.#account, transport, retrier);
  }

  #container({ url, sas }: FreshContainer): BlobContainer {
    const { network, retry, logger } = this.#options;
    return openLocatedContainer(
      { kind: "azure", url },
      {
        sas,
        ...(network === undefined ? {} : { network }),
        ...(retry === undefined ? {} : { retry }),
        ...(logger === undefined ? {} : { logger }),
      },
    );
  }

  async #records(packageName: string): Promise<PackageFolder | undefined> {
    const { recordsDirectory } = this.#options;
    if (recordsDirectory === undefined) return undefined;
    const folder = new PackageFolder(resolve(recordsDirectory), packageName);
    try {
      await folder.clear();
    } catch (error) {
      throw writeError(error, `begin the package ${packageName} in ${recordsDirectory}`);
    }
    return folder;
  }

  /** Naming rules: "Naming and referencing containers, blobs, and metadata". */
  #containerName(packageName: string, role: "content" | "manifest"): string {
    const { prefix = "primepack", runId } = this.#options;
    const name = `${prefix}-${runId}-${packageName.toLowerCase().replaceAll("_", "-")}-${role}`;
    if (name.length <= 63 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) return name;
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot name a container as it takes 3 to 63 lower-case letters, digits and single hyphens: current value is ${name}`,
    );
  }
}

/** Rejects only after both have ended, so that nothing goes on behind the caller's back. */
async function both<T>(first: Promise<T>, second: Promise<T>): Promise<[T, T]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
