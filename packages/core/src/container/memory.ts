import { PrimepackError, throwIfAborted } from "../errors/index.ts";
import type {
  BlobContainer,
  BlobProperties,
  BlobRecord,
  BlobWriteOptions,
  PackageContainers,
  PackageStore,
} from "../model/index.ts";
import { checkBlobName } from "./blob-name.ts";

interface StoredBlob {
  readonly bytes: Uint8Array;
  readonly properties: BlobProperties;
}

/** Keeps blobs in this process: for tests, and for who hands packages on. Bodies are copied. */
export class MemoryContainer implements BlobContainer {
  readonly #blobs: Map<string, StoredBlob> = new Map();
  readonly #snapshots: Map<string, StoredBlob> = new Map();
  readonly #blocks: Map<string, Map<number, Uint8Array>> = new Map();

  async putBlob(name: string, body: Uint8Array, options: BlobWriteOptions): Promise<void> {
    checkBlobName(name);
    throwIfAborted(options.signal, `write the blob ${name}`);
    this.#store(name, Uint8Array.from(body), options);
  }

  async putBlock(name: string, index: number, _offset: number, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    checkBlobName(name);
    throwIfAborted(signal, `write a block of the blob ${name}`);
    const blocks = this.#blocks.get(name) ?? new Map<number, Uint8Array>();
    this.#blocks.set(name, blocks.set(index, Uint8Array.from(body)));
  }

  async putBlockList(name: string, count: number, size: number, options: BlobWriteOptions): Promise<void> {
    checkBlobName(name);
    throwIfAborted(options.signal, `write the blob ${name}`);
    const bytes = new Uint8Array(size);
    let offset = 0;
    for (let index = 0; index < count; index++) {
      const block = this.#blocks.get(name)?.get(index);
      if (block === undefined || offset + block.byteLength > size) {
        throw new PrimepackError(
          "CONTAINER_REFUSED",
          `Cannot write the blob ${name} as block ${index} of ${count} is missing or too long: current value is ${block?.byteLength ?? "no block"}`,
        );
      }
      bytes.set(block, offset);
      offset += block.byteLength;
    }
    if (offset !== size) {
      throw new PrimepackError(
        "CONTAINER_REFUSED",
        `Cannot write the blob ${name} as its blocks must have ${size} bytes together: current value is ${offset}`,
      );
    }
    this.#store(name, bytes, options);
  }

  #store(name: string, bytes: Uint8Array, { md5, iv }: BlobWriteOptions): void {
    this.#blobs.set(name, {
      bytes,
      properties: { name, size: bytes.byteLength, md5, ...(iv === undefined ? {} : { iv }) },
    });
    this.#blocks.delete(name);
  }

  async snapshot(name: string, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal, `snapshot the blob ${name}`);
    this.#snapshots.set(name, this.#find(this.#blobs, name));
  }

  async remove(name: string, signal?: AbortSignal): Promise<void> {
    checkBlobName(name);
    throwIfAborted(signal, `remove the blob ${name}`);
    this.#blobs.delete(name);
    this.#snapshots.delete(name);
    this.#blocks.delete(name);
  }

  async *read(name: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    throwIfAborted(signal, `read the blob ${name}`);
    const { bytes } = this.#newest(name);
    if (bytes.byteLength > 0) yield Uint8Array.from(bytes);
  }

  async properties(name: string, signal?: AbortSignal): Promise<BlobProperties> {
    throwIfAborted(signal, `read the properties of the blob ${name}`);
    return this.#newest(name).properties;
  }

  async *list(signal?: AbortSignal): AsyncGenerator<BlobProperties, void, undefined> {
    for (const name of [...this.#blobs.keys()]) {
      throwIfAborted(signal, "list the blobs");
      yield this.#newest(name).properties;
    }
  }

  #newest(name: string): StoredBlob {
    return this.#snapshots.get(name) ?? this.#find(this.#blobs, name);
  }

  #find(blobs: ReadonlyMap<string, StoredBlob>, name: string): StoredBlob {
    checkBlobName(name);
    const blob = blobs.get(name);
    if (blob !== undefined) return blob;
    throw new PrimepackError("BLOB_NOT_FOUND", `Cannot read a blob as it does not exist: current value is ${name}`);
  }
}

/** A finished package of {@link memoryPackageStore}. */
export interface MemoryPackage {
  readonly content: MemoryContainer;
  readonly manifest: MemoryContainer;
  /** What `complete` was given. */
  readonly blobs: readonly BlobRecord[];
}

/** Keeps packages in this process. A package stands in `packages` once it is complete. */
export interface MemoryPackageStore extends PackageStore {
  readonly packages: ReadonlyMap<string, MemoryPackage>;
}

/** Keeps packages in this process, for tests and for who hands them on; memory holds all their bytes. */
export function memoryPackageStore(): MemoryPackageStore {
  const packages = new Map<string, MemoryPackage>();
  return {
    packages,
    async open(packageName, signal): Promise<PackageContainers> {
      throwIfAborted(signal, `open the package ${packageName}`);
      packages.delete(packageName);
      const content = new MemoryContainer();
      const manifest = new MemoryContainer();
      return {
        content,
        manifest,
        async complete(blobs) {
          packages.set(packageName, { content, manifest, blobs });
          return undefined;
        },
        async discard() {
          packages.delete(packageName);
        },
      };
    },
  };
}
