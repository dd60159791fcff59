import { PrimepackError } from "../errors/index.ts";
import type { BlobProperties } from "../model/index.ts";
import { readXmlDocument, type XmlElement } from "../xml/index.ts";

/** One entry of List Blobs: a blob, or one of its snapshots. */
export interface ListedBlob extends BlobProperties {
  readonly snapshot?: string;
}

export interface BlobListPage {
  readonly blobs: readonly ListedBlob[];
  /** Empty on the last page. */
  readonly nextMarker: string;
}

/**
 * Reads the reply of List Blobs.
 *
 * @throws CONTAINER_REFUSED if it is another text, as that of a gateway which asks to sign in
 */
export async function readBlobList(body: Uint8Array): Promise<BlobListPage> {
  const root = await readXmlDocument([body], { root: "EnumerationResults", file: "the list of blobs" }).catch(
    (error: unknown) => {
      const message = "Cannot list the blobs as the storage must answer with their list: current value is another text";
      throw new PrimepackError("CONTAINER_REFUSED", message, { cause: error });
    },
  );
  const blobs = child(root, "Blobs")?.children.filter((element) => element.name === "Blob") ?? [];
  return { blobs: blobs.map(listedBlob), nextMarker: textOf(root, "NextMarker") ?? "" };
}

function listedBlob(blob: XmlElement): ListedBlob {
  const properties = child(blob, "Properties");
  const md5 = properties && textOf(properties, "Content-MD5");
  const metadata = child(blob, "Metadata");
  const iv = metadata?.children.find((element) => element.name.toLowerCase() === "iv")?.text;
  const snapshot = textOf(blob, "Snapshot");
  return {
    name: nameOf(blob),
    size: Number(properties && textOf(properties, "Content-Length")),
    ...(md5 === undefined ? {} : { md5 }),
    ...(iv === undefined ? {} : { iv }),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

/** Names with characters that XML can't hold come percent-encoded. */
function nameOf(blob: XmlElement): string {
  const name = child(blob, "Name");
  const text = name?.text ?? "";
  return name?.attributes.Encoded === "true" ? decodeURIComponent(text) : text;
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** Undefined for an empty element too. */
function textOf(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text || undefined;
}
