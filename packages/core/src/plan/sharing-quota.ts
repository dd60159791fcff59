import { type PrincipalId, SHARING_EVENTS_PER_DAY, type SourcePath } from "../model/index.ts";

interface Receiver {
  readonly name: string;
  /** The item with the first event that is too many. */
  readonly source: SourcePath;
}

/**
 * Counts the sharing events of a run by receiver.
 *
 * The service counts those that it imports in 24 hours, whatever their own dates, and a run's packages may all be
 * imported in a day: so all of the run count. Memory: two numbers for each receiver, who are held in memory anyway.
 */
export class SharingQuota {
  readonly #events = new Map<PrincipalId, number>();
  readonly #over = new Map<PrincipalId, Receiver>();

  count(id: PrincipalId, name: string, source: SourcePath): void {
    const events = (this.#events.get(id) ?? 0) + 1;
    this.#events.set(id, events);
    if (events === SHARING_EVENTS_PER_DAY + 1) this.#over.set(id, { name, source: [...source] });
  }

  /** Those who have more events than they can get in a day, in the order in which they came to it. */
  *over(): Generator<Receiver & { readonly events: number }, void, undefined> {
    for (const [id, receiver] of this.#over) yield { ...receiver, events: this.#events.get(id) ?? 0 };
  }
}
