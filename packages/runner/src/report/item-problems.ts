import type { ItemEnd } from "../types.ts";

/** How a problem is listed: by its outcome, or as an item that came with warnings. */
export type ProblemKind = "failed" | "unknown" | "skipped" | "pending" | "warned";

export const problemKinds: readonly ProblemKind[] = ["failed", "unknown", "skipped", "pending", "warned"];

export interface Problem {
  readonly kind: ProblemKind;
  readonly item: ItemEnd;
}

/** Problems of each kind that the page shows; `items.csv` has all. */
const SHOWN_OF_A_KIND = 1000;
/** Codes that are told apart. */
const MAX_CODES = 200;
/** Characters of a text of the page. */
const MAX_TEXT = 1000;

/** Gathers what went wrong with items, in bounded memory: all are counted, the first of each kind are kept. */
export class ItemProblems {
  readonly #shown = new Map<ProblemKind, Problem[]>(problemKinds.map((kind) => [kind, []]));
  readonly #counts = new Map<ProblemKind, number>();
  readonly #codes = new Map<string, number>();

  add(item: ItemEnd): void {
    const kind = kindOf(item);
    if (kind === undefined) return;
    this.#counts.set(kind, this.count(kind) + 1);
    if (item.code !== undefined) this.#addCode(item.code);
    const shown = this.#shown.get(kind) ?? [];
    if (shown.length < SHOWN_OF_A_KIND) shown.push({ kind, item: shortened(item) });
  }

  count(kind: ProblemKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  get total(): number {
    return problemKinds.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  /** The gravest first. */
  get shown(): readonly Problem[] {
    return problemKinds.flatMap((kind) => this.#shown.get(kind) ?? []);
  }

  /** How often each code stands at a problem, the most frequent first; what has none of the first codes isn't counted. */
  get codes(): readonly (readonly [code: string, count: number])[] {
    return [...this.#codes].sort(([, a], [, b]) => b - a);
  }

  #addCode(code: string): void {
    const count = this.#codes.get(code);
    if (count !== undefined || this.#codes.size < MAX_CODES) this.#codes.set(code, (count ?? 0) + 1);
  }
}

function kindOf({ outcome, warnings }: ItemEnd): ProblemKind | undefined {
  if (outcome === "failed" || outcome === "unknown" || outcome === "skipped" || outcome === "pending") return outcome;
  return warnings !== undefined && warnings.length > 0 ? "warned" : undefined;
}

function shortened(item: ItemEnd): ItemEnd {
  const { message, warnings, ...rest } = item;
  return {
    ...rest,
    ...(message === undefined ? {} : { message: cut(message) }),
    ...(warnings === undefined ? {} : { warnings: [cut(warnings.join("; "))] }),
  };
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
