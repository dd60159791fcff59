import type { HandMadeBlob } from "./broken-packages.ts";

/** How a blob of a {@link memoryJobContainer} differs from a proper one. */
export interface BlobFaults {
  readonly md5?: undefined;
  readonly iv?: string | undefined;
  readonly isSnapshot?: boolean;
  readonly blobType?: string;
  /** What the storage says, whatever there is. */
  readonly size?: number;
}

/** A container of a job, as an import reads it, out of sealed blobs. */
export function memoryJobContainer(
  blobs: ReadonlyMap<string, HandMadeBlob>,
  faults: Readonly<Record<string, BlobFaults>> = {},
): {
  readonly opened: string[];
  find(name: string): Promise<
    | {
        readonly name: string;
        readonly size: number;
        readonly md5: string | undefined;
        readonly iv: string | undefined;
        readonly isSnapshot: boolean;
        readonly blobType: string;
        open(): AsyncIterable<Uint8Array>;
      }
    | undefined
  >;
  list(): Promise<string[]>;
  write(name: string, body: Uint8Array, iv: string | undefined): Promise<void>;
} {
  const opened: string[] = [];
  return {
    opened,
    async find(name) {
      const blob = blobs.get(name);
      if (blob === undefined) return undefined;
      const { bytes, md5, iv } = blob;
      return {
        ...{ name, size: bytes.length, md5, iv, isSnapshot: true, blobType: "BlockBlob" },
        ...faults[name],
        async *open() {
          opened.push(name);
          // In pieces, as a network gives them.
          for (let at = 0; at < bytes.length; at += 1_000) yield bytes.slice(at, at + 1_000);
        },
      };
    },
    list: async () => [...blobs.keys()],
    write: async () => undefined,
  };
}
