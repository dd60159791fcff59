/** What sealing and storing one blob gave: the facts that its manifest entry needs. */
export interface SealedBlob {
  /** Blob name, the manifest's `FileValue`. */
  readonly name: string;
  /** Bytes of plaintext that were read. */
  readonly size: number;
  /** Bytes that are stored: `16 * (floor(size / 16) + 1)` when encrypted. */
  readonly storedSize: number;
  /** Base64 of 16 bytes; undefined when not encrypted. */
  readonly iv?: string;
  /** Base64 MD5 of the stored bytes. */
  readonly md5: string;
  /** Base64 QuickXorHash of the plaintext. */
  readonly quickXorHash: string;
  /** Last modification of the content as it was read (ISO 8601, UTC, whole seconds), where the content is a file. */
  readonly modified?: string;
}
