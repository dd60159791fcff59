// Applies a mapping file through @primepack/cross-tenant, with a journal in the embedded store, to a service of this
// process that answers at once: `apply` into a fresh journal, `unchanged` with what `apply` left, `dry-run` the same.
import { applyMappings, userMappings } from "@primepack/cross-tenant";
import { openLmdbJournal } from "@primepack/store-lmdb";
import { memoryPeaks } from "../harness/memory.mjs";
import { startNullMappingService } from "./null-mapping-service.mjs";
import { reportWork } from "./work-usage.mjs";

const [mode, file, state] = process.argv.slice(2);

const SOURCE_ORGANIZATION = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

const service = await startNullMappingService();
const users = userMappings({
  graphUrl: `${service.url}/beta`,
  credential: { getToken: async () => ({ token: "none", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
});
const memory = memoryPeaks();
memory.start();

await reportWork(async () => {
  const journal = await openLmdbJournal({ path: state });
  const scratch = mode === "dry-run" ? await openLmdbJournal({ path: `${state}-scratch-${process.pid}` }) : undefined;
  const common = {
    kind: "users",
    rows: { file, format: "csv", sourceOrganizationId: SOURCE_ORGANIZATION },
    journal,
    place: "null",
  };
  const { status, lines, counts, requests } = await applyMappings(
    scratch === undefined ? { ...common, service: users } : { ...common, dryRun: true, scratch },
  ).result;
  await scratch?.close();
  await journal.close();
  await users.close();
  service.close();
  memory.stop();
  if (service.tally.requests !== requests || counts.failed > 0 || counts.pending > 0) {
    throw new Error(`Cannot measure as ${JSON.stringify({ status, counts, requests, ...service.tally })} doesn't fit`);
  }
  return { ...memory.peaks, status, lines, requests, entries: service.tally.entries };
});
