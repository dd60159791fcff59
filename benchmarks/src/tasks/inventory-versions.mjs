// Builds the items of an NDJSON inventory into a null store, with core's default of workers and with encryption; with a
// third argument, a path, also with a ledger there.
import { randomBytes } from "node:crypto";
import { openLmdbLedger } from "@primepack/store-lmdb";
import { core } from "../core.mjs";
import { memoryPeaks } from "../harness/memory.mjs";
import { target } from "../harness/target.mjs";
import { nullStore } from "./null-store.mjs";
import { reportWork } from "./work-usage.mjs";

const [file, filesText, path] = process.argv.slice(2);
const { build, inventorySource, Secret } = await core();

await reportWork(async () => {
  const memory = memoryPeaks();
  const store = path === undefined ? undefined : await openLmdbLedger({ path, listId: target.listId });
  memory.start();
  const run = build({
    source: inventorySource({ file }),
    target,
    packages: nullStore(),
    encryption: new Secret(randomBytes(32)),
    ...(store === undefined ? {} : { ledger: { store, runId: "run-1" } }),
  });
  let files = 0;
  let packages = 0;
  for await (const event of run) {
    if (event.type === "packageFinished") packages += 1;
    else if (event.type === "item" && event.outcome.outcome === "packaged" && event.outcome.kind === "file") files += 1;
  }
  await run.result;
  memory.stop();
  await store?.close();
  if (files !== Number(filesText)) throw new Error(`Cannot judge the run as it packaged ${files} files`);
  return { files, packages, ...memory.peaks };
});
