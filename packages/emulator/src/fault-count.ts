import type { EmulatorFaults } from "./types.ts";

/** Counts what faults may befall: from 1, and anew whenever faults are set. */
export class FaultCount {
  readonly #faults: () => EmulatorFaults;
  #counted: EmulatorFaults | undefined;
  #count = 0;

  constructor(faults: () => EmulatorFaults) {
    this.#faults = faults;
  }

  /** How many there were. */
  get value(): number {
    return this.#faults() === this.#counted ? this.#count : 0;
  }

  next(): number {
    const faults = this.#faults();
    if (faults !== this.#counted) this.#count = 0;
    this.#counted = faults;
    this.#count += 1;
    return this.#count;
  }
}
