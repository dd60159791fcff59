import type { Secret } from "../errors/index.ts";
import type { BlobContainer, PackageContainers } from "../model/index.ts";
import { type LocatedContainerOptions, openLocatedContainer } from "./locate.ts";
import { parseSasUri, type SasUri } from "./sas-uri.ts";

/** How containers are reached that a SAS URI opens. */
export type SasContainerOptions = Omit<LocatedContainerOptions, "sas">;

/** A package's two containers by their URIs with SAS, as the service provides them or an account's owner makes them. */
export interface SasPackageOptions extends Omit<SasContainerOptions, "concurrency"> {
  readonly content: Secret;
  readonly manifest: Secret;
  /** AES-256 key of these containers, 32 bytes, for runs whose encryption is `provided`. Default: none. */
  readonly key?: Secret<Uint8Array>;
}

/**
 * The containers of one package, for a {@link PackageStore} that gets them from elsewhere.
 *
 * Reading and writing are all the rights that they need (`sp=rw`). Nothing is emptied, and `discard` leaves everything as
 * it is: containers whose job is never created vanish by themselves, and blobs that no manifest names harm nothing.
 *
 * @throws INVALID_OPTION for a URI without a container or signature
 */
export function sasPackageContainers(options: SasPackageOptions): PackageContainers {
  const { key, network } = options;
  const content = parseSasUri(options.content);
  const manifest = parseSasUri(options.manifest);
  return {
    content: opened(content, options),
    manifest: opened(manifest, options),
    sas: { content: content.sas, manifest: manifest.sas },
    ...(network === undefined ? {} : { network }),
    ...(key === undefined ? {} : { key }),
    async complete() {
      return { content: { kind: "azure", url: content.url }, manifest: { kind: "azure", url: manifest.url } };
    },
    async discard() {},
  };
}

/**
 * One container by its URI with SAS, for reading logs for example; it does what the rights of the SAS let it.
 *
 * @throws INVALID_OPTION for a URI without a container or signature
 */
export function openSasContainer(uri: Secret, options: SasContainerOptions = {}): BlobContainer {
  return opened(parseSasUri(uri), options);
}

function opened({ url, sas }: SasUri, { network, concurrency, retry, logger }: SasContainerOptions): BlobContainer {
  return openLocatedContainer(
    { kind: "azure", url },
    {
      sas,
      ...(network === undefined ? {} : { network }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(retry === undefined ? {} : { retry }),
      ...(logger === undefined ? {} : { logger }),
    },
  );
}
