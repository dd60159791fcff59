import { hash } from "node:crypto";
import { PrimepackError } from "../errors/index.ts";
import { caseFold } from "./fold.ts";

/** The namespace of every id that primepack computes (RFC 9562, section 6.6): drawn at random once, and final. */
export const PRIMEPACK_NAMESPACE = "8756134a-34ed-4eec-9539-aa450a0a35a5";

/** What an id is of: a folder, a file, or the list item of either. */
export type IdentityKind = "folder" | "file" | "item";

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** The GUID in lower case, with hyphens and without braces; undefined if the text is none. */
export function normalizeGuid(text: string): string | undefined {
  const [, digits] = guid.exec(text) ?? [];
  if (digits === undefined || text.startsWith("{") !== text.endsWith("}")) return undefined;
  return digits.toLowerCase();
}

/** The version 5 UUID (SHA-1; RFC 9562, section 5.5) of a name in a namespace, in lower case with hyphens. */
export function uuidv5(namespace: string, name: Uint8Array): string {
  return fromSha1(hash("sha1", Buffer.concat([guidBytes(namespace), name]), "hex"));
}

/**
 * Computes ids that a later run, a delta run and another machine compute again without talking to each other.
 *
 * An id is the UUIDv5, in {@link PRIMEPACK_NAMESPACE}, of these parts in this order, each written as the count of its
 * UTF-8 bytes (4 bytes, big-endian) and then these bytes:
 *
 * 1. the list id, in lower case, with hyphens and without braces;
 * 2. the kind: `folder`, `file` or `item`;
 * 3. the generation in decimal digits: `0`;
 * 4. one part for each name of the target path below the library's root folder, outermost first, each in the form of
 *    {@link caseFold} (NFC, full case folding).
 *
 * Ids do not depend on the case of names, as no two names of a SharePoint folder differ in case alone. The generation is
 * raised only where an item that was moved still holds the id of its old path.
 */
export class Identity {
  readonly #listId: string;
  /** Namespace and parts 1 to 3 of generation 0, by kind. */
  readonly #heads: Readonly<Record<IdentityKind, Buffer>>;

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
    this.#heads = { folder: this.#head("folder", 0), file: this.#head("file", 0), item: this.#head("item", 0) };
  }

  /** The bytes of a path, out of those of the folder above it (empty: the root folder) and its last name. */
  extend(folder: Uint8Array, name: string): Uint8Array {
    return Buffer.concat([folder, part(caseFold(name))]);
  }

  /** The id of what stands at a path, given by its bytes: {@link extend}. */
  id(kind: IdentityKind, path: Uint8Array, generation = 0): string {
    const head = generation === 0 ? this.#heads[kind] : this.#head(kind, generation);
    return fromSha1(hash("sha1", Buffer.concat([head, path]), "hex"));
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

function guidBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll("-", ""), "hex");
}

/** A UUID of the first 16 bytes of a SHA-1, with version 5 and the variant of RFC 9562 in their places. */
function fromSha1(digits: string): string {
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
