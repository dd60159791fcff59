import { randomBytes } from "node:crypto";
import type { ContainerClient } from "@azure/storage-blob";
import { PrimepackError, Secret } from "@primepack/core/errors";
import { HttpTransport, Retrier, type RetryOptions, storageHttpClient } from "@primepack/core/http";
import type { Logger, NetworkOptions } from "@primepack/core/model";
import type { ContainerProvider, JobContainers } from "../types.ts";
import { accountOrigin, type OpenedAccount, type OwnAccount, openAccount } from "./account.ts";
import { storageFault } from "./storage-fault.ts";

/** Which account, and what its containers are like. */
export type OwnContainersOptions = OwnAccount & {
  /**
   * Hours that the service may use the containers, from when they are made: building, waiting for the turn, and the
   * import. 1 to 144. Default: 48, the most that is advised (Entra page: 12 to 48 for 250 files and 300 GB).
   */
  readonly sasHours?: number;
  /** Hours that we may write to them and read their logs, 1 to 144. Default: 144. */
  readonly uploadSasHours?: number;
  /** `aes256` gives each pair a fresh key; `none` leaves the blobs plain. Default: `aes256`. */
  readonly encryption?: "aes256" | "none";
  /** What the names of the containers begin with: 1 to 12 lower-case letters and digits. Default: `primepack`. */
  readonly prefix?: string;
  /** How requests leave this machine. Default: directly. */
  readonly network?: NetworkOptions;
  readonly retry?: RetryOptions;
  /** Told of requests that are sent again. Default: nobody. */
  readonly logger?: Logger;
};

/**
 * The rights that the service is given, exactly those that are documented for own containers: read and list for content,
 * write besides for manifests, where it puts its logs (API page; others are said to be refused).
 */
const SERVICE_RIGHTS = { data: "rl", metadata: "rlw" } as const;

/** Read, create, write, delete, list: what storing a package and reading its logs need. */
const UPLOAD_RIGHTS = "rcwdl";

const HOUR_MS = 3_600_000;
const KEY_BYTES = 32;

/** Hours that a SAS may last: a user delegation key, which signs some, has 168, and is used for a day. */
const SAS_MAX_HOURS = 144;

/**
 * Containers of an own storage account: a fresh pair for each package, a SAS for the service and another for the upload.
 * Nothing removes them; a lifecycle rule of the account, or whoever looks at logs no more, may.
 *
 * `provide` rejects with CONTAINER_FORBIDDEN, CONTAINER_REFUSED, CONTAINER_BUSY, CONTAINER_UNREACHABLE, or
 * CREDENTIAL_FAILED.
 *
 * @throws INVALID_OPTION
 */
export function ownContainers(options: OwnContainersOptions): ContainerProvider {
  return new AccountContainers(options);
}

class AccountContainers implements ContainerProvider {
  readonly kind = "own";
  readonly #options: OwnContainersOptions;
  readonly #sasMs: number;
  readonly #uploadSasMs: number;
  readonly #prefix: string;
  readonly #retrier: Retrier;
  #account: Promise<OpenedAccount> | undefined;

  constructor(options: OwnContainersOptions) {
    const { sasHours = 48, uploadSasHours = SAS_MAX_HOURS, prefix = "primepack", retry = {}, logger } = options;
    accountOrigin(options);
    this.#options = options;
    this.#sasMs = hours("sasHours", sasHours) * HOUR_MS;
    this.#uploadSasMs = hours("uploadSasHours", uploadSasHours) * HOUR_MS;
    if (!/^[a-z0-9]{1,12}$/.test(prefix)) throw invalid("prefix", "1 to 12 lower-case letters and digits", prefix);
    this.#prefix = prefix;
    this.#retrier = new Retrier({ ...retry, ...(logger === undefined ? {} : { logger }) });
  }

  async provide(name: string, signal?: AbortSignal): Promise<JobContainers> {
    this.#account ??= openAccount(this.#options, (url) =>
      storageHttpClient(new HttpTransport(url, this.#options.network)),
    );
    const account = await this.#account;
    const start = this.#nameOf(name);
    const [data, metadata] = [`${start}-data`, `${start}-manifest`].map((container) =>
      account.service.getContainerClient(container),
    ) as [ContainerClient, ContainerClient];
    // One after the other: the second tells the time, and there is nothing to be saved.
    await this.#create(data, signal);
    const now = await this.#create(metadata, signal);
    const expiresOn = wholeSeconds(now.getTime() + this.#sasMs);
    const uploadUntil = wholeSeconds(now.getTime() + this.#uploadSasMs);
    const latest = new Date(Math.max(expiresOn.getTime(), uploadUntil.getTime()));
    await this.#run("get a user delegation key", signal, () => account.prepare(now, latest, signal));
    const sign = async (container: ContainerClient, permissions: string, until: Date) =>
      new Secret(await account.sign({ container, permissions, expiresOn: until }));
    return {
      dataContainerUri: await sign(data, SERVICE_RIGHTS.data, expiresOn),
      metadataContainerUri: await sign(metadata, SERVICE_RIGHTS.metadata, expiresOn),
      ...(this.#options.encryption === "none" ? {} : { encryptionKey: new Secret<Uint8Array>(randomBytes(KEY_BYTES)) }),
      upload: {
        dataContainerUri: await sign(data, UPLOAD_RIGHTS, uploadUntil),
        metadataContainerUri: await sign(metadata, UPLOAD_RIGHTS, uploadUntil),
      },
      expiresAt: new Date(Math.min(expiresOn.getTime(), uploadUntil.getTime())),
    };
  }

  /** Makes the container; gives the account's time, which a SAS counts from. */
  async #create(container: ContainerClient, signal: AbortSignal | undefined): Promise<Date> {
    const doing = `make the container ${container.containerName}`;
    let lost = false;
    return this.#run(doing, signal, async () => {
      try {
        const { date } = await container.create(signal === undefined ? {} : { abortSignal: signal });
        return timeOf(date, doing);
      } catch (reason) {
        // After a lost answer it is ours: its name has random parts.
        if (lost && isExistsAlready(reason)) return timeOf(new Date(dateHeader(reason)), doing);
        lost = true;
        throw reason;
      }
    });
  }

  #run<T>(doing: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    return this.#retrier.run({ method: doing, signal }, async () => {
      try {
        return await call();
      } catch (reason) {
        throw storageFault(reason, doing, signal);
      }
    });
  }

  /** Unique even for a name that comes again ("Naming and referencing containers, blobs, and metadata"). */
  #nameOf(name: string): string {
    const readable = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 25)
      .replace(/-$/, "");
    return [this.#prefix, readable, randomBytes(6).toString("hex")].filter((part) => part !== "").join("-");
  }
}

function isExistsAlready(reason: unknown): reason is Error & { response?: { headers: { get(name: string): string } } } {
  return reason instanceof Error && "code" in reason && reason.code === "ContainerAlreadyExists";
}

function dateHeader(reason: { response?: { headers: { get(name: string): string } } }): string {
  return reason.response?.headers.get("date") ?? "";
}

function timeOf(date: Date | undefined, doing: string): Date {
  if (date !== undefined && !Number.isNaN(date.getTime())) return date;
  throw new PrimepackError(
    "CONTAINER_REFUSED",
    `Cannot ${doing} as the storage must tell the time: current value is no date`,
  );
}

/** A SAS has no fractions of a second. */
function wholeSeconds(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}

function hours(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 1 && value <= SAS_MAX_HOURS) return value;
  throw invalid(name, `1 to ${SAS_MAX_HOURS} hours`, String(value));
}

function invalid(name: string, takes: string, value: string): PrimepackError {
  return new PrimepackError(
    "INVALID_OPTION",
    `Cannot make containers as ${name} takes ${takes}: current value is ${value}`,
  );
}
