import { PrimepackError } from "../../errors/index.ts";
import type { BlobContainer } from "../../model/index.ts";

/**
 * Removes a blob, or what a failed write left of it, where the container gives the right to.
 *
 * Provided containers don't. What stays there harms nothing: the import reads only blobs that a manifest names, and
 * Azure drops blocks of which no blob was made after a week.
 */
export async function removeIfAllowed(
  container: Pick<BlobContainer, "remove">,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await container.remove(name, signal);
  } catch (error) {
    if (!(error instanceof PrimepackError && error.code === "CONTAINER_FORBIDDEN")) throw error;
  }
}
