import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  ContainerSASPermissions,
  generateAccountSASQueryParameters,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import type { Azurite } from "./azurite.ts";

const HOUR_MS = 3_600_000;

function credentialOf({ accountName, accountKey }: Azurite): StorageSharedKeyCredential {
  return new StorageSharedKeyCredential(accountName, accountKey);
}

/** A SAS query for one container, by its URL; rights in the letters that Azure gives them. */
export function containerSas(
  azurite: Azurite,
  containerUrl: string,
  permissions: string,
  lifetimeMs = HOUR_MS,
): string {
  const containerName = containerUrl.slice(containerUrl.lastIndexOf("/") + 1);
  return generateBlobSASQueryParameters(
    {
      containerName,
      // That of provided containers; Azurite takes it to read snapshots too.
      version: "2018-03-28",
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + lifetimeMs),
    },
    credentialOf(azurite),
  ).toString();
}

/** A SAS query for all containers of the account, as `primepack build` takes it. */
export function accountSas(azurite: Azurite): string {
  return generateAccountSASQueryParameters(
    {
      services: AccountSASServices.parse("b").toString(),
      resourceTypes: AccountSASResourceTypes.parse("co").toString(),
      permissions: AccountSASPermissions.parse("rwdlc"),
      expiresOn: new Date(Date.now() + HOUR_MS),
    },
    credentialOf(azurite),
  ).toString();
}
