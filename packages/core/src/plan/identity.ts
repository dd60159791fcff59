import { hash } from "node:crypto";
import { PrimepackError } from "../errors/index.ts";
import { guidBytes, uuidOfSha1 } from "../model/uuid.ts";
import { caseFold } from "./fold.ts";

/** The namespace of every id that primepack computes (RFC 9562, section 6.6): drawn at random once, and final. */
export const PRIMEPACK_NAMESPACE = "8756134a-34ed-4eec-9539-aa450a0a35a5";

/**
 * What an id is of: a folder, a file, the list item of either; the document and the item of a list that is no library; an
 * attachment, a unique scope.
 */
export type IdentityKind = "folder" | "file" | "item" | "document" | "listitem" | "attachment" | "scope";

const surrogate = /\p{Surrogate}/u;
const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** The GUID in lower case, with hyphens and without braces; undefined if the text is none. */
export function normalizeGuid(text: string): string | undefined {
  const [, digits] = guid.exec(text) ?? [];
  if (digits === undefined || text.startsWith("{") !== text.endsWith("}")) return undefined;
  return digits.toLowerCase();
}

/**
 * Computes ids that a later run, a delta run and another machine compute again without talking to each other.
 *
 * An id is the UUIDv5, in {@link PRIMEPACK_NAMESPACE}, of these parts in this order, each written as the count of its
 * UTF-8 bytes (4 bytes, big-endian) and then these bytes:
 *
 * 1. the list id, in lower case, with hyphens and without braces;
 * 2. the kind: {@link IdentityKind};
 * 3. the generation in decimal digits: `0`;
 * 4. of `folder`, `file` and `item` one part for each name of the target path below the library's root folder, outermost
 *    first, each in the form of {@link caseFold} (NFC, full case folding); of `document` and `listitem` the same for the
 *    folders, and the item's key in the source as it is (JSON, where it is no valid Unicode); of `attachment` the id of
 *    its document and its name in the form of {@link caseFold}; of `scope` the id of its list, file, folder or document.
 *
 * Ids do not depend on the case of names, as no two names of a SharePoint folder differ in case alone. The generation is
 * raised only where an item that was moved still holds the id of its old path.
 */
export class Identity {
  readonly #listId: string;
  /** Namespace and parts 1 to 3 of generation 0, by kind. */
  readonly #heads = new Map<IdentityKind, Buffer>();

  /** @throws PrimepackError INVALID_TARGET if `listId` is no GUID. */
  constructor(listId: string) {
    const normal = normalizeGuid(listId);
    if (normal === undefined) {
      throw new PrimepackError(
        "INVALID_TARGET",
        `Cannot compute ids as listId takes a GUID: current value is ${JSON.stringify(listId)}`,
      );
    }
    this.#listId = normal;
  }

  /** The bytes of a path, out of those of the folder above it (empty: the root folder) and its last name. */
  extend(folder: Uint8Array, name: string): Uint8Array {
    return Buffer.concat([folder, part(caseFold(name))]);
  }

  /** The bytes of a list item's path, out of those of the folder that it is in and its key. */
  extendByKey(folder: Uint8Array, key: string): Uint8Array {
    return Buffer.concat([folder, part(surrogate.test(key) ? JSON.stringify(key) : key)]);
  }

  /** The id of what stands at a path, given by its bytes: {@link extend}. */
  id(kind: IdentityKind, path: Uint8Array, generation = 0): string {
    const head = generation === 0 ? this.#firstHead(kind) : this.#head(kind, generation);
    return uuidOfSha1(hash("sha1", Buffer.concat([head, path]), "hex"));
  }

  /** The id of a file that is attached to the list item whose document has this id. */
  attachmentId(documentId: string, name: string): string {
    return this.id("attachment", Buffer.concat([part(documentId), part(caseFold(name))]));
  }

  /** The id of the unique scope of a list, file, folder or list item's document. */
  scopeId(objectId: string): string {
    return this.id("scope", part(normalizeGuid(objectId) ?? objectId));
  }

  #firstHead(kind: IdentityKind): Buffer {
    let head = this.#heads.get(kind);
    if (head === undefined) {
      head = this.#head(kind, 0);
      this.#heads.set(kind, head);
    }
    return head;
  }

  #head(kind: IdentityKind, generation: number): Buffer {
    return Buffer.concat([guidBytes(PRIMEPACK_NAMESPACE), part(this.#listId), part(kind), part(String(generation))]);
  }
}

function part(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(4 + length);
  bytes.writeUInt32BE(length);
  bytes.write(text, 4);
  return bytes;
}
