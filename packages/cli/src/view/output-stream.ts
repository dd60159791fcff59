import type { Writable } from "node:stream";

/** What the program writes to: a process stream, or any Writable in a test. */
export type OutputTarget = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Text out, at the reader's pace.
 *
 * A reader that goes away (`primepack build ... | head`) does not end a run whose product is in its output folder: what
 * would be written from then on is dropped.
 */
export class OutputStream {
  readonly #target: OutputTarget;
  #gone = false;
  #waiting: (() => void)[] = [];

  constructor(target: OutputTarget) {
    this.#target = target;
    target.on("drain", () => this.#release());
    const leave = () => {
      this.#gone = true;
      this.#release();
    };
    target.on("error", leave);
    target.on("close", leave);
  }

  get isTerminal(): boolean {
    return this.#target.isTTY === true;
  }

  get columns(): number {
    return this.#target.columns ?? 80;
  }

  /** Resolves when more may be written. */
  async write(text: string): Promise<void> {
    if (this.#gone || this.#target.write(text)) return;
    await new Promise<void>((resolve) => {
      if (this.#gone) resolve();
      else this.#waiting.push(resolve);
    });
  }

  /** Writes what a view paints: nobody waits, and what a stuck terminal can't take is left out. */
  paint(text: string): void {
    if (!this.#gone && !this.#target.writableNeedDrain) this.#target.write(text);
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
