import type { OutputStream } from "./output-stream.ts";
import { safeText } from "./safe-text.ts";

const CLEAR = "\r\u001b[K";

/** The last line of a terminal, painted over and over. */
export class StatusLine {
  readonly #output: OutputStream;
  #shown = false;

  constructor(output: OutputStream) {
    this.#output = output;
  }

  paint(text: string): void {
    // A line that wraps could not be painted over.
    this.#output.paint(`${CLEAR}${safeText(text).slice(0, Math.max(0, this.#output.columns - 1))}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#output.paint(CLEAR);
    this.#shown = false;
  }
}
