import { hash } from "node:crypto";
import type { SourcePath } from "@primepack/core";

const FOLDER_BYTES = 16;
/** What stands before a text that is no hash. */
const TEXT: number = "T".charCodeAt(0);
/** Longer texts are hashed: LMDB bounds its keys. */
const TEXT_BYTES = 160;

/**
 * Gives the keys of entries: 16 bytes of a hash of the folder's path, then the name. What is in one folder lies together,
 * so that a walk in the order of a source touches a page once and a package changes few of them.
 *
 * Hashed (SHA-256) is the JSON text of the names, which tells all paths apart, lone surrogates too.
 */
export class EntryKeys {
  #folder: readonly string[] = [];
  #folderKey: Buffer = folderKey([]);
  /** Begins with {@link #folderKey}. */
  readonly #lookUp: Buffer = Buffer.concat([this.#folderKey], FOLDER_BYTES + 1 + 3 * TEXT_BYTES);

  key(source: SourcePath): Buffer {
    const name = this.#enter(source);
    return Buffer.concat([this.#folderKey, textKey(name)]);
  }

  /** The same for one look-up: it holds until the next call. */
  lookUpKey(source: SourcePath): Buffer {
    const name = this.#enter(source);
    if (name.length <= TEXT_BYTES && !surrogate.test(name)) {
      const bytes = this.#lookUp.write(name, FOLDER_BYTES + 1);
      if (bytes <= TEXT_BYTES) {
        this.#lookUp[FOLDER_BYTES] = TEXT;
        return this.#lookUp.subarray(0, FOLDER_BYTES + 1 + bytes);
      }
    }
    return Buffer.concat([this.#folderKey, textKey(name)]);
  }

  /** Keeps the folder's key; gives the name in it. */
  #enter(source: SourcePath): string {
    const depth = source.length - 1;
    if (!isFolderOf(this.#folder, source, depth)) {
      this.#folder = source.slice(0, -1);
      this.#folderKey = folderKey(this.#folder);
      this.#lookUp.set(this.#folderKey);
    }
    return source[depth] ?? "";
  }
}

function folderKey(folder: SourcePath): Buffer {
  return sha256(JSON.stringify(folder)).subarray(0, FOLDER_BYTES);
}

function isFolderOf(folder: readonly string[], source: SourcePath, depth: number): boolean {
  if (folder.length !== depth) return false;
  // From the end, where paths of a walk differ first.
  for (let level = depth - 1; level >= 0; level -= 1) if (folder[level] !== source[level]) return false;
  return true;
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A key of an index: the 16 bytes of a GUID, or a text's. Whoever finds an entry by it looks at the entry's own text. */
export function indexKey(text: string): Buffer {
  return guid.test(text) ? Buffer.from(text.replaceAll("-", ""), "hex") : textKey(text);
}

/** What UTF-8 may not be able to hold. */
const surrogate = /[\ud800-\udfff]/;

function textKey(text: string): Buffer {
  if (text.length <= TEXT_BYTES && !surrogate.test(text)) {
    const bytes = Buffer.from(`T${text}`);
    if (bytes.byteLength <= TEXT_BYTES + 1) return bytes;
  }
  return Buffer.concat([Buffer.from("H"), sha256(JSON.stringify(text))]);
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
