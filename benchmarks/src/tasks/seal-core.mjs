// Seals the files given as arguments after the number of workers ("default" for core's own) into a null store.
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { basename } from "node:path";
import { core } from "../core.mjs";
import { target } from "../harness/target.mjs";
import { nullStore } from "./null-store.mjs";
import { reportWork } from "./work-usage.mjs";

const { build, Secret } = await core();
const [workers, ...files] = process.argv.slice(2);

async function* source() {
  for (const path of files) {
    const { size, mtime } = statSync(path);
    yield { kind: "file", path: [basename(path)], size, modified: mtime, content: { path } };
  }
}

await reportWork(async () => {
  const run = build({
    source: source(),
    target,
    packages: nullStore(),
    encryption: new Secret(randomBytes(32)),
    ...(workers === "default" ? {} : { workers: Number(workers) }),
  });
  const { status, counts } = await run.result;
  if (status !== "complete" || counts.packaged !== files.length) throw new Error(JSON.stringify(counts));
});
