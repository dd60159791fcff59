import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { Secret } from "../errors/index.ts";

/**
 * That of the SAS of provided containers. From the next version on Azurite signs a request's `snapshot` parameter too,
 * and so refuses to read snapshots by the SAS of a container.
 */
const SAS_VERSION = "2018-03-28";

export interface ContainerSasOptions {
  readonly account: { readonly name: string; readonly url: string; readonly key: Secret };
  readonly containerName: string;
  /** Rights in the letters that Azure gives them. */
  readonly permissions: string;
  readonly expiresOn: Date;
}

/** A SAS query for one container, made of the account's key; over HTTPS only where the account is. */
export function containerSas({ account, containerName, permissions, expiresOn }: ContainerSasOptions): Secret {
  const sas = generateBlobSASQueryParameters(
    {
      containerName,
      version: SAS_VERSION,
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn,
      protocol: account.url.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
    },
    new StorageSharedKeyCredential(account.name, account.key.reveal()),
  );
  return new Secret(sas.toString());
}
