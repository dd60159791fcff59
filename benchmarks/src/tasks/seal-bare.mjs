// The least that sealing can cost: QuickXorHash, AES-256-CBC and MD5 over the bytes of the files, in chunks of 64 KiB,
// and nothing else. "memory": the bytes are there before the work begins; "read": they are read with readSync.
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { quickXorHash } from "../core.mjs";
import { KIBIBYTE } from "../harness/sizes.mjs";
import { reportWork } from "./work-usage.mjs";

const CHUNK = 64 * KIBIBYTE;
const { QuickXorHash } = await quickXorHash();
const [mode, ...files] = process.argv.slice(2);

function seal(chunks) {
  const plain = new QuickXorHash();
  const cipher = createCipheriv("aes-256-cbc", randomBytes(32), randomBytes(16));
  const stored = createHash("md5");
  for (const chunk of chunks) {
    plain.update(chunk);
    stored.update(cipher.update(chunk));
  }
  stored.update(cipher.final());
  return [plain.digest(), stored.digest()];
}

function* slices(bytes) {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

function* reads(path) {
  const file = openSync(path);
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    const length = readSync(file, chunk);
    if (length === 0) break;
    yield chunk.subarray(0, length);
  }
  closeSync(file);
}

const contents = files.map((path) => (mode === "memory" ? readFileSync(path) : path));
await reportWork(() => {
  for (const content of contents) seal(typeof content === "string" ? reads(content) : slices(content));
});
