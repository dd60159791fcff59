import type { MoveStatus } from "../batch-types.ts";

/** How a move is listed that isn't done as it should. */
export type BatchProblemKind = "unknown" | "failed" | "invalid" | "cancelled" | "skipped" | "pending";

/** The gravest first. */
export const problemKinds: readonly BatchProblemKind[] = [
  "unknown",
  "failed",
  "invalid",
  "cancelled",
  "skipped",
  "pending",
];

export interface BatchProblem {
  readonly kind: BatchProblemKind;
  readonly move: MoveStatus;
}

/** Problems of each kind that the page shows; `moves.csv` has all. */
const SHOWN_OF_A_KIND = 500;
/** Codes that are told apart. */
const MAX_CODES = 200;
/** Characters of a text of the page. */
const MAX_TEXT = 1000;

/** Gathers what went wrong with moves, in bounded memory: all are counted, the first of each kind are kept. */
export class BatchProblems {
  readonly #shown = new Map<BatchProblemKind, BatchProblem[]>(problemKinds.map((kind) => [kind, []]));
  readonly #counts = new Map<BatchProblemKind, number>();
  readonly #codes = new Map<string, number>();

  add(move: MoveStatus): void {
    const kind = kindOf(move);
    if (kind === undefined) return;
    this.#counts.set(kind, this.count(kind) + 1);
    if (move.code !== undefined) this.#addCode(move.code);
    const shown = this.#shown.get(kind);
    if (shown !== undefined && shown.length < SHOWN_OF_A_KIND) shown.push({ kind, move: shortened(move) });
  }

  count(kind: BatchProblemKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  get total(): number {
    return problemKinds.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  get shown(): readonly BatchProblem[] {
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

function kindOf({ outcome }: MoveStatus): BatchProblemKind | undefined {
  if (outcome === undefined) return "pending";
  return outcome === "completed" || outcome === "validated" ? undefined : outcome;
}

function shortened(move: MoveStatus): MoveStatus {
  const { message, source, target } = move;
  return {
    ...move,
    source: cut(source),
    target: cut(target),
    ...(message === undefined ? {} : { message: cut(message) }),
  };
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
