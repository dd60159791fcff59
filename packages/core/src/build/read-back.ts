import { PrimepackError, type Secret } from "../errors/index.ts";
import { readManifest } from "../manifest/manifest.ts";
import { readSystemData } from "../manifest/system-data.ts";
import type { BlobContainer, SealedBlob } from "../model/index.ts";
import { openSealed } from "../seal/open-sealed.ts";

/** What a package is expected to hold, from the side that wrote it. */
export interface ReadBackExpectation {
  readonly manifests: readonly SealedBlob[];
  /** Content blobs by name. */
  readonly content: ReadonlyMap<string, SealedBlob>;
  readonly folders: number;
}

/**
 * Reads the stored manifest files through our own reader, as the service would, before the package is said to be
 * finished: every stored content blob is referenced exactly once, with its hashes, and every folder is there.
 *
 * Throws READ_BACK_FAILED.
 */
export async function readBack(
  container: BlobContainer,
  expected: ReadBackExpectation,
  encryption: Secret<Uint8Array> | "none",
  signal: AbortSignal,
): Promise<void> {
  const stored = (name: string): AsyncIterable<Uint8Array> => {
    const sealed = expected.manifests.find((manifest) => manifest.name === name);
    if (sealed === undefined) throw failure(`every manifest was written`, name);
    const chunks = container.read(name, signal);
    if (encryption === "none" || sealed.iv === undefined) return chunks;
    return openSealed(chunks, { key: encryption, iv: Buffer.from(sealed.iv, "base64") });
  };

  const systemData = await readSystemData(stored("SystemData.xml"), { signal });
  const referenced = new Set<string>();
  let folders = 0;
  let items = 0;
  for (const { Name = "" } of systemData.ManifestFiles ?? []) {
    for await (const object of readManifest(stored(Name), { signal })) {
      if (object.ObjectType === "SPFolder") folders += 1;
      else if (object.ObjectType === "SPListItem") items += 1;
      else if (object.ObjectType === "SPFile") {
        const { FileValue, MD5Hash, Checksum } = object.File ?? {};
        const blob = expected.content.get(FileValue ?? "");
        if (blob === undefined) throw failure("each FileValue names a stored blob", FileValue);
        if (MD5Hash !== blob.md5) throw failure(`MD5Hash of ${blob.name} is ${blob.md5}`, MD5Hash);
        if (Checksum !== blob.quickXorHash) throw failure(`Checksum of ${blob.name} is ${blob.quickXorHash}`, Checksum);
        referenced.add(blob.name);
      }
    }
  }
  const { size } = expected.content;
  if (referenced.size !== size) throw failure(`${size} content blobs were stored`, referenced.size);
  if (folders !== expected.folders) throw failure(`${expected.folders} folders were planned`, folders);
  if (items !== folders + size) throw failure(`each folder and file has its list item`, items);
}

function failure(constraint: string, value: unknown): PrimepackError {
  return new PrimepackError(
    "READ_BACK_FAILED",
    `Cannot finish the package as ${constraint}: current value is ${value}`,
  );
}
