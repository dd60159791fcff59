// A tree and its ledger: "scan" lists the tree, "first" builds all of it into a null store and confirms the import,
// "again" is the run that finds nothing changed; its items are read one by one, as a program does that records them.
import { randomBytes } from "node:crypto";
import { openLmdbLedger } from "@primepack/store-lmdb";
import { core } from "../core.mjs";
import { memoryPeaks } from "../harness/memory.mjs";
import { target } from "../harness/target.mjs";
import { nullStore } from "./null-store.mjs";
import { reportWork } from "./work-usage.mjs";

const [mode, root, path, runId] = process.argv.slice(2);
const { build, confirmPackages, fileSystemSource, Secret } = await core();

async function scan() {
  let files = 0;
  for await (const item of fileSystemSource(root)) if (item.kind === "file") files += 1;
  return { files };
}

async function run() {
  const memory = memoryPeaks();
  const store = await openLmdbLedger({ path, listId: target.listId });
  const source = fileSystemSource(root, { identity: true });
  const encryption = new Secret(randomBytes(32));
  const building = build({ source, target, packages: nullStore(), encryption, ledger: { store, runId } });
  const packages = [];
  let files = 0;
  memory.start();
  for await (const event of building) {
    if (event.type === "item" && event.outcome.kind === "file") files += 1;
    else if (event.type === "packageFinished") packages.push(`${runId}/${event.record.name}`);
  }
  const { counts } = await building.result;
  if (mode === "first") await confirmPackages(store, packages);
  memory.stop();
  await store.close();
  return { files, packages: packages.length, unchanged: counts.unchanged, ...memory.peaks };
}

await reportWork(mode === "scan" ? scan : run);
