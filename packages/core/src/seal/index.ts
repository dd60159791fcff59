// What a reader of sealed blobs needs beside the container that holds them.

export type { BlobEncryption } from "./cipher.ts";
export { openSealed } from "./open-sealed.ts";
export { QuickXorHash } from "./quick-xor-hash.ts";
