import { PrimepackError } from "../errors/index.ts";
import type { KeyedPart } from "./parts.ts";

/** Places whose id another has; an export with more of them is no export. */
const MAX_PLACES = 10_000;

/**
 * Finds the places whose id is that of another place, out of uses in the order of ids: the first place keeps the id.
 */
export class IdUses {
  readonly #places: Set<string> = new Set();
  #id = "";
  #first = "";

  add({ key: id, text: place }: KeyedPart): void {
    if (id !== this.#id) {
      this.#id = id;
      this.#first = place;
      return;
    }
    if (place === this.#first) return;
    this.#places.add(place);
    if (this.#places.size <= MAX_PLACES) return;
    throw new PrimepackError(
      "EXPORT_UNREADABLE",
      `Cannot convert the export as each object must have an id of its own: current value is more than ${MAX_PLACES} that have another's`,
    );
  }

  /** Whether another place, which came first, has an id of this one. */
  isTaken(place: string): boolean {
    return this.#places.has(place);
  }
}
