import { PrimepackError } from "../errors/index.ts";
import { PACKAGE_MAX_BYTES, type PackagePlan, type PlannedFile, type SealedBlob } from "../model/index.ts";

/**
 * Files that must leave a package so that it keeps the service's limit, since they grew after they were listed; each
 * with its error SOURCE_CHANGED. Those that grew most go first, and of equal ones the later.
 *
 * A file that is alone in its package may have any size.
 */
export function grownFiles(
  plan: PackagePlan,
  sealed: ReadonlyMap<string, SealedBlob>,
): ReadonlyMap<string, PrimepackError> {
  const left = new Map<string, PrimepackError>();
  const folders = plan.items.filter(({ kind }) => kind === "folder").length;
  let bytes = 0;
  for (const { size } of sealed.values()) bytes += size;
  const growth = (file: PlannedFile) => (sealed.get(file.blob)?.size ?? 0) - file.size;
  const grown = plan.items
    .filter((item): item is PlannedFile => item.kind === "file" && growth(item) > 0)
    .reverse()
    .sort((one, other) => growth(other) - growth(one));
  for (const file of grown) {
    if (bytes <= PACKAGE_MAX_BYTES || folders + sealed.size - left.size === 1) break;
    const { size } = sealed.get(file.blob) ?? file;
    bytes -= size;
    left.set(file.blob, outgrown(file, size));
  }
  return left;
}

function outgrown(file: PlannedFile, size: number): PrimepackError {
  return new PrimepackError(
    "SOURCE_CHANGED",
    `Cannot package the file as it grew after it was listed, by which its package passes ${PACKAGE_MAX_BYTES} bytes: current value is ${size} bytes instead of ${file.size}`,
  );
}
