import { PrimepackError } from "../errors/index.ts";
import { IV_BYTES } from "../model/index.ts";
import { readXmlRecords, type XmlElement, type XmlReaderLimits } from "../xml/index.ts";
import { decodeAttributes } from "./encoded-attributes.ts";
import type { OpenedBlob } from "./opened-blob.ts";

/**
 * Bounds of one record. SharePoint splits manifests at 25 MB, and all role assignments or all users of one are a single
 * record; so a record may be about as large as such a file.
 */
export const exportXmlLimits: XmlReaderLimits = {
  recordLength: 64 * 1024 * 1024,
  recordElements: 500_000,
};

/** The records of a file of an export, with their encoded attributes decoded. */
export async function* exportRecords(blob: OpenedBlob, root: string): AsyncGenerator<XmlElement, void, undefined> {
  try {
    for await (const record of readXmlRecords(blob.read(), { root, file: blob.name, limits: exportXmlLimits })) {
      decodeAttributes(record);
      yield record;
    }
  } catch (reason) {
    throw mayBeEncrypted(reason, blob) ? withoutIv(reason) : reason;
  }
}

/** Ciphertext is whole blocks, and hardly ever UTF-8. */
function mayBeEncrypted(reason: unknown, { encrypted, storedSize }: OpenedBlob): reason is PrimepackError {
  const isNoText = reason instanceof PrimepackError && reason.code === "XML_ENCODING";
  return isNoText && !encrypted && storedSize % IV_BYTES === 0;
}

function withoutIv(reason: PrimepackError): PrimepackError {
  return new PrimepackError(reason.code, reason.message, {
    cause: reason,
    hint: "If it was downloaded encrypted its IV is lost: read the export from its container, or download it decrypted.",
  });
}
