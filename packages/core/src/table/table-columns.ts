import type { TableOptions } from "./table-types.ts";

/** The columns that a table may have, found without regard to case. */
export class TableColumns {
  readonly names: readonly string[];
  readonly required: readonly string[];
  /** What becomes of columns that are none of these. */
  readonly others: "refused" | "passed over";
  readonly #byName: ReadonlyMap<string, string>;

  constructor({ columns, otherColumns = "refused" }: Pick<TableOptions, "columns" | "otherColumns">) {
    this.names = columns.map(({ name }) => name);
    this.required = columns.filter(({ required }) => required === true).map(({ name }) => name);
    this.others = otherColumns;
    this.#byName = new Map(this.names.map((name) => [name.toLowerCase(), name]));
  }

  /** The column as the caller names it. */
  named(text: string): string | undefined {
    return this.#byName.get(text.trim().toLowerCase());
  }
}
