import type { MintedItem } from "../types.ts";
import type { ItemIndex, Match } from "./item-index.ts";
import type { ReportedProblem } from "./outcome-types.ts";

/** An error that names one item for sure, with the item. */
interface Attributed {
  readonly problem: ReportedProblem;
  readonly item: MintedItem;
}

/** Errors that were told of, by events or by lines of the log, and how many they account for. */
export class Tally {
  readonly attributed: Attributed[] = [];
  readonly unattributed: ReportedProblem[] = [];
  readonly #index: ItemIndex;
  #size = 0;
  /** Of each item that an error names, the ids that errors name. */
  readonly #objects: Map<MintedItem, Set<string>> = new Map();
  /** Of each error that may be about several items, these. */
  readonly #doubts: (readonly MintedItem[])[] = [];

  constructor(index: ItemIndex) {
    this.#index = index;
  }

  /** Errors, of any kind. */
  get size(): number {
    return this.#size;
  }

  /**
   * Objects that failed, at least: of several errors about one of them only one is sure to be counted by the job, as the
   * same failure may be told in two ways. A file and its list item are two.
   */
  get objects(): number {
    const items = new Set(this.#objects.keys());
    let objects = [...this.#objects.values()].reduce((sum, ids) => sum + Math.max(1, ids.size), 0);
    for (const doubtful of this.#doubts) {
      if (doubtful.some((item) => items.has(item))) continue;
      for (const item of doubtful) items.add(item);
      objects += 1;
    }
    return objects;
  }

  add(problem: ReportedProblem, { item, doubtful }: Match): void {
    this.#size += 1;
    if (item !== undefined) {
      this.attributed.push({ problem, item });
      const ids = this.#objects.get(item) ?? new Set<string>();
      const object = this.#index.objectOf(problem, item);
      this.#objects.set(item, object === undefined ? ids : ids.add(object));
    } else if (doubtful.length > 0) this.#doubts.push(doubtful);
    else this.unattributed.push(problem);
  }
}
