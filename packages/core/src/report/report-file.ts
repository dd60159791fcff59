import { type FileHandle, open, rename, rm } from "node:fs/promises";

/** Characters that are gathered before they are written. */
const GATHERED = 64 * 1024;

/** Text into a file that appears under its name, replacing what was there, when all of it is written. */
export class ReportFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #gathered: string[] = [];
  #length = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  static async begin(path: string): Promise<ReportFile> {
    return new ReportFile(path, await open(partial(path), "w", 0o600));
  }

  /** Resolves when more may be written. */
  async write(text: string): Promise<void> {
    this.#gathered.push(text);
    this.#length += text.length;
    if (this.#length >= GATHERED) await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#handle.close();
    await rename(partial(this.#path), this.#path);
  }

  /** Leaves nothing behind of a file that isn't finished. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(partial(this.#path), { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#gathered.join("");
    this.#gathered = [];
    this.#length = 0;
    if (text !== "") await this.#handle.appendFile(text);
  }
}

function partial(path: string): string {
  return `${path}.partial`;
}
