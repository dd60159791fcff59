import { PrimepackError } from "../errors/index.ts";
import { PACKAGE_MAX_BYTES, type PlannedContent, type PlannedItem } from "../model/index.ts";
import { contentsOf } from "./contents.ts";

/** What must not be passed by contents that have grown. */
export interface GrowthLimit {
  readonly of: "package" | "archive";
  /** Bytes of plaintext. */
  readonly bytes: number;
  /** Whether an item that is left alone may pass it. */
  readonly exceptAlone: boolean;
  /** Which contents count. */
  counts(content: PlannedContent): boolean;
}

/** The service's limit, which a larger file passes alone. */
export const packageGrowthLimit: GrowthLimit = {
  of: "package",
  bytes: PACKAGE_MAX_BYTES,
  exceptAlone: true,
  counts: () => true,
};

/**
 * Items that must leave so that a limit is kept, since contents of them grew after they were listed; each with its error
 * SOURCE_CHANGED. Those that grew most go first, and of equal ones the later.
 *
 * @param items Those of the package that have not failed.
 * @param sizeOf Bytes of plaintext that were read for a blob.
 */
export function grownItems(
  items: readonly PlannedItem[],
  sizeOf: (blob: string) => number,
  limit: GrowthLimit,
): ReadonlyMap<PlannedItem, PrimepackError> {
  const sizes = items.map((item) => {
    const contents = contentsOf(item).flatMap(({ content }) => (limit.counts(content) ? [content] : []));
    const listed = sum(contents.map(({ size }) => size));
    return { item, listed, size: sum(contents.map(({ blob }) => sizeOf(blob))) };
  });
  let bytes = sum(sizes.map(({ size }) => size));
  const left = new Map<PlannedItem, PrimepackError>();
  const grown = sizes
    .filter(({ listed, size }) => size > listed)
    .reverse()
    .sort((one, other) => other.size - other.listed - (one.size - one.listed));
  for (const { item, listed, size } of grown) {
    if (bytes <= limit.bytes || (limit.exceptAlone && items.length - left.size === 1)) break;
    bytes -= size;
    left.set(item, outgrown(item, limit, `${size} bytes instead of ${listed}`));
  }
  return left;
}

function outgrown({ kind }: PlannedItem, limit: GrowthLimit, found: string): PrimepackError {
  return new PrimepackError(
    "SOURCE_CHANGED",
    `Cannot package the ${kind} as it grew after it was listed, by which its ${limit.of} passes ${limit.bytes} bytes: current value is ${found}`,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
