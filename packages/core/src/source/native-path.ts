import { PrimepackError } from "../errors/index.ts";

/** Lone surrogates only: with the flag `u` a pair is one character, which none of these classes holds. */
const ESCAPE = /[\uDC80-\uDCFF]/u;
const UNKNOWN_SURROGATE = /[\uD800-\uDC7F\uDD00-\uDFFF]/u;
const ESCAPES = /([\uDC80-\uDCFF]+)/u;
const ESCAPE_BASE = 0xdc00;

/**
 * A POSIX name, which is bytes, as a string: UTF-8 as its characters, each byte that is no part of valid UTF-8 as a lone
 * surrogate U+DC80 to U+DCFF.
 *
 * No two names give one string, and {@link bytesOfName} gives the bytes back.
 */
export function nameOfBytes(bytes: Uint8Array): string {
  const text = decode(bytes);
  // A name may hold U+FFFD itself; only a longer look tells that from a replaced byte.
  return text.includes("\uFFFD") ? decodeWithEscapes(bytes) : text;
}

/** The bytes of a name or a path; the inverse of {@link nameOfBytes}. Throws SOURCE_INVALID_ITEM, as {@link nativePath} does. */
export function bytesOfName(name: string): Buffer {
  if (UNKNOWN_SURROGATE.test(name)) {
    throw new PrimepackError(
      "SOURCE_INVALID_ITEM",
      `Cannot use the path as a lone surrogate stands for no byte: current value is ${JSON.stringify(name)}`,
    );
  }
  const parts = name.split(ESCAPES).map((part) => (ESCAPE.test(part) ? bytesOfEscapes(part) : Buffer.from(part)));
  return Buffer.concat(parts);
}

/**
 * The path as `node:fs` takes it: bytes where the name needs them, else the string itself.
 *
 * Windows has no names of bytes; there the string is the name. Throws SOURCE_INVALID_ITEM for a path that no file of a
 * POSIX system can have: Node would write U+FFFD in place of the lone surrogate and so open another file.
 */
export function nativePath(path: string, platform: NodeJS.Platform = process.platform): string | Buffer {
  if (platform === "win32" || !(ESCAPE.test(path) || UNKNOWN_SURROGATE.test(path))) return path;
  return bytesOfName(path);
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function decodeWithEscapes(bytes: Uint8Array): string {
  let result = "";
  for (let index = 0; index < bytes.length; ) {
    const length = lengthOfCharacter(bytes, index);
    if (length === 0) {
      result += String.fromCharCode(ESCAPE_BASE + (bytes[index] ?? 0));
      index += 1;
    } else {
      result += decode(bytes.subarray(index, index + length));
      index += length;
    }
  }
  return result;
}

/** Bytes of the valid UTF-8 character at `index`; 0 if none starts there (Unicode Standard, table 3-7). */
function lengthOfCharacter(bytes: Uint8Array, index: number): number {
  const lead = bytes[index] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || index + length > bytes.length) return 0;
  const second = bytes[index + 1] ?? 0;
  // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let next = index + 2; next < index + length; next += 1) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

function bytesOfEscapes(escapes: string): Buffer {
  return Buffer.from(Array.from(escapes, (character) => character.charCodeAt(0) - ESCAPE_BASE));
}
