import type { TokenCredential } from "@azure/core-auth";
import type { BlobServiceClient, ContainerClient, IHttpClient, StoragePipelineOptions } from "@azure/storage-blob";
import { PrimepackError, type Secret } from "@primepack/core/errors";
import { credentialFault } from "@primepack/core/http";

/** A storage account of one's own, and what opens it. */
export type OwnAccount =
  | {
      /** Connection string with the account's key, from which the SAS are made. */
      readonly storage: Secret;
      readonly accountUrl?: never;
      readonly credential?: never;
    }
  | {
      /** URL of the blob service: `https://contoso.blob.core.windows.net`. */
      readonly accountUrl: string;
      /**
       * May make containers, read and write blobs and ask for a user delegation key (Storage Blob Data Contributor, and
       * Storage Blob Delegator for the account).
       */
      readonly credential: TokenCredential;
      readonly storage?: never;
    };

/** What a SAS is for. */
export interface SasRequest {
  readonly container: ContainerClient;
  /** Rights in the letters that Azure gives them. */
  readonly permissions: string;
  readonly expiresOn: Date;
}

/** The account as the SDK has it. */
export interface OpenedAccount {
  readonly service: BlobServiceClient;
  /** `now` is the service's clock, `until` the end of the longest SAS that is signed next. */
  prepare(now: Date, until: Date, signal: AbortSignal | undefined): Promise<void>;
  /** The URL of the container with a SAS; over HTTPS only where the account is. */
  sign(request: SasRequest): Promise<string>;
}

/** That of the SAS of provided containers. */
const ACCOUNT_SAS_VERSION = "2018-03-28";
/** The first that the SDK signs by user delegation with all that is needed. */
const DELEGATION_SAS_VERSION = "2020-02-10";

/** Milliseconds that a user delegation key lasts: the most there is ("Get User Delegation Key"). */
const DELEGATION_KEY_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** Origin of the account's URL, without loading the SDK. */
export function accountOrigin({ storage, accountUrl }: OwnAccount): string | undefined {
  if (storage !== undefined) return undefined;
  if (URL.canParse(accountUrl) && new URL(accountUrl).protocol === "https:") return new URL(accountUrl).origin;
  throw invalid("accountUrl must be an https: URL, since it gets a token", JSON.stringify(accountUrl));
}

/** Loads the SDK, which nobody needs who uses provided containers. */
export async function openAccount(
  account: OwnAccount,
  clientFor: (url: string) => IHttpClient,
): Promise<OpenedAccount> {
  const sdk = await import("@azure/storage-blob");
  const options = (url: string): StoragePipelineOptions => ({
    httpClient: clientFor(url),
    retryOptions: { maxTries: 1 },
  });
  const protocolOf = (url: string) => (url.startsWith("https:") ? sdk.SASProtocol.Https : sdk.SASProtocol.HttpsAndHttp);
  if (account.storage !== undefined) {
    const { url, credential } = keyed(sdk.BlobServiceClient, account.storage);
    if (!(credential instanceof sdk.StorageSharedKeyCredential)) {
      throw invalid(
        "a connection string must have AccountName and AccountKey, which sign the SAS",
        "one without a key",
      );
    }
    return {
      service: new sdk.BlobServiceClient(url, credential, options(url)),
      prepare: async () => {},
      sign: ({ container, permissions, expiresOn }) =>
        container.generateSasUrl({
          permissions: sdk.ContainerSASPermissions.parse(permissions),
          expiresOn,
          version: ACCOUNT_SAS_VERSION,
          protocol: protocolOf(url),
        }),
    };
  }
  const url = account.accountUrl.replace(/\/+$/, "");
  const service = new sdk.BlobServiceClient(url, guarded(account.credential), options(url));
  let delegation:
    | { readonly key: Awaited<ReturnType<BlobServiceClient["getUserDelegationKey"]>>; readonly end: number }
    | undefined;
  return {
    service,
    async prepare(now, until, signal) {
      if (delegation !== undefined && delegation.end >= until.getTime()) return;
      const end = now.getTime() + DELEGATION_KEY_LIFETIME_MS;
      // The key begins in the past, so that the account's clock may be behind.
      const key = await service.getUserDelegationKey(
        new Date(now.getTime() - 60_000),
        new Date(end - 60_000),
        signal === undefined ? {} : { abortSignal: signal },
      );
      delegation = { key, end: key.signedExpiresOn.getTime() };
    },
    async sign({ container, permissions, expiresOn }) {
      if (delegation === undefined) throw new PrimepackError("INTERNAL", "Cannot sign as there is no delegation key");
      return container.generateUserDelegationSasUrl(
        {
          permissions: sdk.ContainerSASPermissions.parse(permissions),
          expiresOn,
          version: DELEGATION_SAS_VERSION,
          protocol: protocolOf(url),
        },
        delegation.key,
      );
    },
  };
}

function keyed(client: typeof BlobServiceClient, storage: Secret): BlobServiceClient {
  try {
    return client.fromConnectionString(storage.reveal().trim());
  } catch {
    // The SDK's error may repeat what it was given.
    throw invalid("storage must be a connection string with AccountName and AccountKey", "another text");
  }
}

/** The credential, whose errors come out as ours. */
function guarded(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        return await credential.getToken(scopes, options);
      } catch (reason) {
        if (options?.abortSignal?.aborted) throw reason;
        throw credentialFault(reason, "get a token for the storage account");
      }
    },
  };
}

function invalid(constraint: string, value: string): PrimepackError {
  return new PrimepackError(
    "INVALID_OPTION",
    `Cannot use the storage account as ${constraint}: current value is ${value}`,
  );
}
