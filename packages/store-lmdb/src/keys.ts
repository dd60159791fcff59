import { hash } from "node:crypto";
import type { SourcePath } from "@primepack/core";
import { guidBytes } from "./entry-text.ts";

const FOLDER_BYTES = 8;
const PATH_BYTES = 12;
/** Longer texts are hashed: LMDB bounds its keys. */
const TEXT_BYTES = 120;

/**
 * Gives the keys of entries: 8 bytes of a hash of the folder's path, then 12 of a hash of the whole path. What is in one
 * folder lies together, so that a walk in the order of a source touches a page once and a package changes few of them.
 *
 * Hashed (SHA-256) is the JSON text of the names, which tells all paths apart, lone surrogates too.
 */
export class EntryKeys {
  #folderText = "";
  #folderKey: Buffer = Buffer.alloc(0);

  key(source: SourcePath): Buffer {
    const folderText = JSON.stringify(source.slice(0, -1));
    if (folderText !== this.#folderText) {
      this.#folderText = folderText;
      this.#folderKey = sha256(folderText).subarray(0, FOLDER_BYTES);
    }
    const whole = sha256(`${folderText}${JSON.stringify(source.at(-1) ?? 0)}`);
    return Buffer.concat([this.#folderKey, whole.subarray(0, PATH_BYTES)]);
  }
}

/** A key of an index. Two texts may have the same one: who finds an entry by it looks at the entry's own text. */
export function indexKey(text: string): Buffer {
  const guid = guidBytes(text);
  if (guid !== undefined) return Buffer.concat([Buffer.from("G"), guid]);
  const bytes = Buffer.from(text);
  if (bytes.byteLength > TEXT_BYTES) return Buffer.concat([Buffer.from("H"), sha256(text)]);
  return Buffer.concat([Buffer.from("T"), bytes]);
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
