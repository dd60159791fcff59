import { hash } from "node:crypto";

/** The 16 bytes of a GUID with hyphens. */
export function guidBytes(guid: string): Buffer {
  return Buffer.from(guid.replaceAll("-", ""), "hex");
}

/** The version 5 UUID (SHA-1; RFC 9562, section 5.5) of a name in a namespace, in lower case with hyphens. */
export function uuidv5(namespace: string, name: Uint8Array): string {
  return uuidOfSha1(hash("sha1", Buffer.concat([guidBytes(namespace), name]), "hex"));
}

/** A UUID of the first 16 bytes of a SHA-1 in hexadecimal, with version 5 and the variant of RFC 9562 in their places. */
export function uuidOfSha1(digits: string): string {
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
