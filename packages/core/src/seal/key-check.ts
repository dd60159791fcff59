import { createHash } from "node:crypto";
import type { Secret } from "../errors/index.ts";

/** What `run.json` keeps of a run's key: enough to tell another key from it, nothing to find it by. */
export function checkOfKey(key: Secret<Uint8Array>): string {
  return createHash("sha256").update("primepack key check").update(key.reveal()).digest("hex").slice(0, 16);
}
