// Plans so many files that exist nowhere, as a dry run: what core keeps for an item, without any file system.
import { randomBytes } from "node:crypto";
import { core } from "../core.mjs";
import { target } from "../harness/target.mjs";
import { nullStore } from "./null-store.mjs";
import { reportWork } from "./work-usage.mjs";

const { build, Secret } = await core();
const count = Number(process.argv[2]);

async function* source() {
  const modified = new Date("2024-03-12T10:45:00Z");
  for (let index = 0; index < count; index += 1) {
    const path = [`folder-${Math.floor(index / 400)}`, `file-${index}.dat`];
    yield { kind: "file", path, size: 2000, modified, content: { path: `/nowhere/${path.join("/")}` } };
  }
}

await reportWork(async () => {
  const encryption = new Secret(randomBytes(32));
  const run = build({ source: source(), target, packages: nullStore(), encryption, dryRun: true });
  let items = 0;
  for await (const event of run) if (event.type === "item") items += 1;
  await run.result;
  return { items };
});
