import { createHash } from "node:crypto";

/** Random bytes that depend on the seed and the label alone: whoever draws them first, they are the same. */
export function deterministicRandom(seed = "seed"): (size: number, label: string) => Uint8Array {
  return (size, label) => {
    const parts: Buffer[] = [];
    for (let length = 0; length < size; length += 32) {
      parts.push(
        createHash("sha256")
          .update(JSON.stringify([seed, label, length]))
          .digest(),
      );
    }
    return new Uint8Array(Buffer.concat(parts).subarray(0, size));
  };
}
