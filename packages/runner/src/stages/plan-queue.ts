/** How urgently a planned package is built: what others wait for first. */
export type Urgency = "retry" | "structure" | "content";

/**
 * Names of planned packages that are to be built. Contents wait until the packages ahead of them have gone out; packages
 * of folders, and such as send items again, don't: others may wait for them, and would hold what they wait for.
 */
export class PlanQueue {
  readonly #waiting: Readonly<Record<Urgency, string[]>> = { retry: [], structure: [], content: [] };
  readonly #hasRoom: () => boolean;
  #closed = false;
  #wake: (() => void)[] = [];

  /** `hasRoom`: whether one more package of contents may be built; `poke()` asks again. */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /** Names that wait. */
  get size(): number {
    const { retry, structure, content } = this.#waiting;
    return retry.length + structure.length + content.length;
  }

  add(name: string, urgency: Urgency): void {
    this.#waiting[urgency].push(name);
    this.poke();
  }

  /** Puts back what was taken last, to be taken next. */
  putBack(name: string): void {
    this.#waiting.retry.unshift(name);
    this.poke();
  }

  /** The next package to build; undefined once the queue is closed. */
  async take(): Promise<string | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const { retry, structure, content } = this.#waiting;
      const name = retry.shift() ?? structure.shift() ?? (this.#hasRoom() ? content.shift() : undefined);
      if (name !== undefined) {
        this.poke();
        return name;
      }
      await this.#poked();
    }
  }

  /** Waits until the condition holds, or the queue is closed; it is asked whenever something changed. */
  async until(condition: () => boolean): Promise<void> {
    while (!this.#closed && !condition()) await this.#poked();
  }

  /** Something has changed that the queue's conditions ask about. */
  poke(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Gives out nothing more. */
  close(): void {
    this.#closed = true;
    this.poke();
  }

  #poked(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}
