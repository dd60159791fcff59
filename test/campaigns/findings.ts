/** What a campaign found that should not be: kinds with their number and the first examples. */
export class Findings {
  readonly #kinds = new Map<string, string[]>();
  readonly #counts = new Map<string, number>();

  /** Notes an example of a kind. */
  add(kind: string, example: string): void {
    const examples = this.#kinds.get(kind) ?? [];
    if (examples.length < MOST_EXAMPLES) examples.push(example);
    this.#kinds.set(kind, examples);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** Notes it where two values, which are written as JSON, are not the same. */
  compare(kind: string, what: string, is: unknown, shouldBe: unknown): void {
    const [one, other] = [JSON.stringify(is), JSON.stringify(shouldBe)];
    if (one !== other) this.add(kind, `${what}: ${one} instead of ${other}`);
  }

  /** One line a kind. */
  get lines(): readonly string[] {
    return [...this.#kinds].map(([kind, examples]) => {
      const more = (this.#counts.get(kind) ?? 0) - examples.length;
      return `${kind}: ${examples.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
    });
  }
}

const MOST_EXAMPLES = 3;
