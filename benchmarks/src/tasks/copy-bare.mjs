// The least that a Node program needs to seal a tree into another: for each file one read, QuickXorHash, AES-256-CBC,
// MD5, one write. No plan, no manifest, no records, no threads.
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quickXorHash } from "../core.mjs";
import { reportWork } from "./work-usage.mjs";

const { QuickXorHash } = await quickXorHash();
const [from, to] = process.argv.slice(2);

await reportWork(() => {
  const key = randomBytes(32);
  for (const folder of readdirSync(from)) {
    mkdirSync(join(to, folder), { recursive: true });
    for (const name of readdirSync(join(from, folder))) {
      const bytes = readFileSync(join(from, folder, name));
      const cipher = createCipheriv("aes-256-cbc", key, randomBytes(16));
      const stored = Buffer.concat([cipher.update(bytes), cipher.final()]);
      new QuickXorHash().update(bytes).digest();
      createHash("md5").update(stored).digest();
      writeFileSync(join(to, folder, name), stored);
    }
  }
});
