/** Codes that are told apart. */
const MAX_CODES = 200;
/** Characters of a text of a page. */
const MAX_TEXT = 1000;

export interface ProblemTallyOptions<Kind extends string> {
  /** The gravest first. */
  readonly kinds: readonly Kind[];
  /** Problems of each kind that the page shows; a table beside it has all. */
  readonly shownOfAKind: number;
}

/** Gathers what went wrong, in bounded memory: all is counted, the first problems of each kind are kept. */
export class ProblemTally<Kind extends string, Problem> {
  readonly #options: ProblemTallyOptions<Kind>;
  readonly #shown = new Map<Kind, Problem[]>();
  readonly #counts = new Map<Kind, number>();
  readonly #codes = new Map<string, number>();

  constructor(options: ProblemTallyOptions<Kind>) {
    this.#options = options;
  }

  /** `problem` is kept as it is: cut what may be long. */
  protected addProblem(kind: Kind, code: string | undefined, problem: () => Problem): void {
    this.#counts.set(kind, this.count(kind) + 1);
    const known = code === undefined ? undefined : this.#codes.get(code);
    if (code !== undefined && (known !== undefined || this.#codes.size < MAX_CODES)) {
      this.#codes.set(code, (known ?? 0) + 1);
    }
    const shown = this.#shown.get(kind) ?? [];
    if (shown.length < this.#options.shownOfAKind) shown.push(problem());
    this.#shown.set(kind, shown);
  }

  count(kind: Kind): number {
    return this.#counts.get(kind) ?? 0;
  }

  get total(): number {
    return this.#options.kinds.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  /** The gravest first. */
  get shown(): readonly Problem[] {
    return this.#options.kinds.flatMap((kind) => this.#shown.get(kind) ?? []);
  }

  /** How often each code stands at a problem, the most frequent first; what has none of the first codes isn't counted. */
  get codes(): readonly (readonly [code: string, count: number])[] {
    return [...this.#codes].sort(([, a], [, b]) => b - a);
  }
}

/** A text as pages show it: at most 1,000 characters. */
export function cutText(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
