import { inflateRawSync } from "node:zlib";
import { demand } from "./fault.ts";

/** A member of a zip. */
export interface ZipMember {
  readonly name: string;
  /** Bytes that it inflates to. */
  readonly size: number;
  read(): Uint8Array;
}

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endSize = 22;

/** The members of a zip by name: stored or deflated, not encrypted, without zip64 (an archive has 10 MB at most). */
export function zipMembers(zip: Buffer, mostBytes: number): Map<string, ZipMember> {
  const end = endOf(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  const members = new Map<string, ZipMember>();
  for (let index = 0; index < count; index += 1) {
    demand(
      at + 46 <= zip.length && zip.readUInt32LE(at) === centralSignature,
      "The archive is damaged: central directory.",
    );
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const name = zip.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    demand(!members.has(name), `The archive holds '${name}' more than once.`);
    members.set(name, member(zip, at, name, mostBytes));
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return members;
}

function endOf(zip: Buffer): number {
  for (let at = zip.length - endSize; at >= Math.max(0, zip.length - endSize - 0xffff); at -= 1) {
    if (zip.readUInt32LE(at) === endSignature) return at;
  }
  demand(false, "The archive is damaged: it has no end record.");
}

function member(zip: Buffer, at: number, name: string, mostBytes: number): ZipMember {
  const flags = zip.readUInt16LE(at + 8);
  const method = zip.readUInt16LE(at + 10);
  const packed = zip.readUInt32LE(at + 20);
  const size = zip.readUInt32LE(at + 24);
  const local = zip.readUInt32LE(at + 42);
  return {
    name,
    size,
    read() {
      demand((flags & 1) === 0, `The member '${name}' of the archive is encrypted by zip.`);
      demand(size <= mostBytes, `The member '${name}' of the archive has ${size} bytes of less than ${mostBytes}.`);
      demand(method === 0 || method === 8, `The member '${name}' of the archive is compressed by method ${method}.`);
      const isThere = local + 30 <= zip.length && zip.readUInt32LE(local) === localSignature;
      demand(isThere, `The archive is damaged: member '${name}'.`);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      demand(start + packed <= zip.length, `The archive is damaged: member '${name}'.`);
      const bytes = zip.subarray(start, start + packed);
      const plain = method === 0 ? bytes : inflate(bytes, size, name);
      demand(plain.length === size, `The archive is damaged: member '${name}' is not as long as it says.`);
      return plain;
    },
  };
}

function inflate(bytes: Buffer, size: number, name: string): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
  } catch {
    demand(false, `The archive is damaged: member '${name}' can't be inflated.`);
  }
}
