import type { MappingOutcome } from "../mapping-run-types.ts";

/** What isn't done; the gravest first. */
const problemKinds: readonly ["failed", "invalid", "pending"] = ["failed", "invalid", "pending"];

/** Problems of each kind that the page shows; `mappings.csv` has all. */
const SHOWN_OF_A_KIND = 500;
/** Codes that are told apart. */
const MAX_CODES = 200;

/** Counts what became of entries, in bounded memory: of problems the first of each kind are kept. */
export class MappingProblems {
  readonly counts: Record<MappingOutcome["outcome"], number> = {
    added: 0,
    changed: 0,
    removed: 0,
    unchanged: 0,
    failed: 0,
    invalid: 0,
    pending: 0,
  };
  readonly #shown = new Map<string, MappingOutcome[]>(problemKinds.map((kind) => [kind, []]));
  readonly #codes = new Map<string, number>();

  add(mapping: MappingOutcome): void {
    const { outcome, code } = mapping;
    this.counts[outcome] += 1;
    const shown = this.#shown.get(outcome);
    if (shown !== undefined && shown.length < SHOWN_OF_A_KIND) shown.push(mapping);
    if (code === undefined) return;
    const count = this.#codes.get(code);
    if (count !== undefined || this.#codes.size < MAX_CODES) this.#codes.set(code, (count ?? 0) + 1);
  }

  get total(): number {
    return problemKinds.reduce((sum, kind) => sum + this.counts[kind], 0);
  }

  get shown(): readonly MappingOutcome[] {
    return problemKinds.flatMap((kind) => this.#shown.get(kind) ?? []);
  }

  /** How often each code stands at an entry, the most frequent first. */
  get codes(): readonly (readonly [code: string, count: number])[] {
    return [...this.#codes].sort(([, a], [, b]) => b - a);
  }
}
