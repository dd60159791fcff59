/** Something that is to be done at a moment, in milliseconds. */
export interface Due {
  readonly due: number;
}

/** A binary heap: the earliest comes first. `due` must not change while an entry is in it. */
export class DueHeap<T extends Due> {
  readonly #entries: T[] = [];

  get first(): T | undefined {
    return this.#entries[0];
  }

  push(entry: T): void {
    const entries = this.#entries;
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = entries[above];
      if (parent === undefined || parent.due <= entry.due) break;
      entries[at] = parent;
      at = above;
    }
    entries[at] = entry;
  }

  shift(): T | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return first;
    let at = 0;
    for (;;) {
      const child = this.#earlierChild(at);
      const below = entries[child];
      if (below === undefined || below.due >= last.due) break;
      entries[at] = below;
      at = child;
    }
    entries[at] = last;
    return first;
  }

  #earlierChild(at: number): number {
    const left = 2 * at + 1;
    const [one, other] = [this.#entries[left], this.#entries[left + 1]];
    return one !== undefined && other !== undefined && other.due < one.due ? left + 1 : left;
  }
}
