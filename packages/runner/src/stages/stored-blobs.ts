import type { JournalChange, SealedBlob } from "@primepack/core";
import { keyOf } from "../journal/entries.ts";
import { put, type RunJournal } from "../journal/run-journal.ts";

/**
 * Keeps in the journal which content blobs are stored. What comes while one write goes on waits together for the next,
 * so that a write for each blob is never what uploads wait for.
 */
export class StoredBlobs {
  readonly #journal: RunJournal;
  readonly #onFailure: (error: unknown) => void;
  #waiting: JournalChange[] = [];
  #writing: Promise<void> | undefined;

  constructor(journal: RunJournal, onFailure: (error: unknown) => void) {
    this.#journal = journal;
    this.#onFailure = onFailure;
  }

  add(packageName: string, blob: SealedBlob): void {
    this.#waiting.push(put(keyOf.storedBlob(packageName, blob.name), blob));
    this.#writing ??= this.#write();
  }

  /** Resolves when all that was added is kept. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      // In the next turn, with what else this one brings.
      await Promise.resolve();
      while (this.#waiting.length > 0) await this.#journal.write(this.#waiting.splice(0));
    } catch (error) {
      this.#onFailure(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
