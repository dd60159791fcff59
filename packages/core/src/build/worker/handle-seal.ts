import { PrimepackError, type Secret } from "../../errors/index.ts";
import type { SealedBlob } from "../../model/index.ts";
import { type ReadFileResult, readStableFile } from "../../source/read-file.ts";
import { ofExactSize } from "./exact-size.ts";
import type { FileReply, SealTaskFile } from "./protocol.ts";
import { type BlobSink, type WriteResources, writeBlob } from "./write-blob.ts";

/** Some files of one package, on the thread that seals them. */
export interface SealJob {
  readonly container: BlobSink;
  readonly files: readonly SealTaskFile[];
  /** AES-256 key of the blobs; undefined: they are stored as they are. */
  readonly key: Secret<Uint8Array> | undefined;
  /** The bytes of a file whose content is `remote`, by its index. */
  openRemote(file: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Ends the job; also aborted by the job itself when the container fails. */
  readonly abort: AbortController;
  /** Called once for each file that is stored, snapshot included. */
  onStored(file: number, sealed: SealedBlob): void;
  /** Bytes of plaintext that were sealed; negative when an attempt failed and its bytes don't count. */
  onSealed(bytes: number): void;
}

/**
 * Reads, seals and stores the files of a job, several at once, so that the latency of one hides behind the others.
 *
 * A content that can't be read is its file's result; a failure of the container or of sealing, and an abort, reject with
 * the reason of `job.abort`.
 */
export async function sealFiles(job: SealJob, resources: WriteResources, atOnce: number): Promise<FileReply[]> {
  const replies: FileReply[] = [];
  let next = 0;
  const work = async () => {
    while (next < job.files.length) {
      const index = next++;
      replies[index] = await sealFile(job, index, resources);
    }
  };
  const lanes = Array.from({ length: Math.min(atOnce, job.files.length) }, () =>
    work().catch((reason) => job.abort.abort(PrimepackError.from(reason, "SEAL_FAILED", "seal a blob"))),
  );
  await Promise.all(lanes);
  job.abort.signal.throwIfAborted();
  return replies;
}

async function sealFile(job: SealJob, index: number, resources: WriteResources): Promise<FileReply> {
  const file = job.files[index];
  if (file === undefined) throw new RangeError(`Cannot seal file ${index} as the job has no such file`);
  const content = new Content(job, index, file);
  let counted = 0;
  try {
    const digest = await writeBlob(
      job.container,
      {
        name: file.blob,
        chunks: content.chunks(),
        encryption: job.key === undefined || file.iv === undefined ? undefined : { key: job.key, iv: file.iv },
        expectedSize: file.size,
        contentType: file.contentType,
        abort: job.abort,
        onSealed: (bytes) => {
          counted += bytes;
          job.onSealed(bytes);
        },
      },
      resources,
    );
    const modified = content.facts?.modified;
    const sealed: SealedBlob = { name: file.blob, ...digest, ...(modified === undefined ? {} : { modified }) };
    job.onStored(index, sealed);
    return { sealed };
  } catch (reason) {
    job.onSealed(-counted);
    if (content.failure === undefined || job.abort.signal.aborted) throw reason;
    return { error: content.failure.toWire() };
  }
}

/** A file's bytes, and what was learned from reading them. */
class Content {
  /** Set once a file was read to its end whose date counts. */
  facts: ReadFileResult | undefined;
  /** Why it could not be read; other errors that end the reading are not the content's. */
  failure: PrimepackError | undefined;
  readonly #job: SealJob;
  readonly #index: number;
  readonly #file: SealTaskFile;

  constructor(job: SealJob, index: number, file: SealTaskFile) {
    this.#job = job;
    this.#index = index;
    this.#file = file;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    const { signal } = this.#job.abort;
    const { blob, content, size } = this.#file;
    try {
      if (content.kind === "path") {
        const facts = yield* readStableFile(content.path, { signal });
        if (content.keepsDates !== true) this.facts = facts;
      } else yield* ofExactSize(this.#job.openRemote(this.#index, signal), size, blob);
    } catch (reason) {
      this.failure = PrimepackError.from(reason, "SOURCE_FAILED", `read the content of blob ${blob}`);
      throw this.failure;
    }
  }
}
