import { Secret } from "@primepack/core";
import type { JobContainers } from "@primepack/submitter";
import type { ContainersEntry } from "./entries.ts";

/** With the secrets as they are: only for the journal, which keeps them from others. */
export function containersToEntry({
  dataContainerUri,
  metadataContainerUri,
  encryptionKey,
  upload,
  expiresAt,
}: JobContainers): ContainersEntry {
  return {
    data: dataContainerUri.reveal(),
    metadata: metadataContainerUri.reveal(),
    ...(encryptionKey === undefined ? {} : { key: Buffer.from(encryptionKey.reveal()).toString("base64") }),
    ...(upload === undefined
      ? {}
      : { upload: { data: upload.dataContainerUri.reveal(), metadata: upload.metadataContainerUri.reveal() } }),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
  };
}

export function containersFromEntry({ data, metadata, key, upload, expiresAt }: ContainersEntry): JobContainers {
  return {
    dataContainerUri: new Secret(data),
    metadataContainerUri: new Secret(metadata),
    ...(key === undefined ? {} : { encryptionKey: new Secret<Uint8Array>(Buffer.from(key, "base64")) }),
    ...(upload === undefined
      ? {}
      : {
          upload: {
            dataContainerUri: new Secret(upload.data),
            metadataContainerUri: new Secret(upload.metadata),
          },
        }),
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
  };
}
