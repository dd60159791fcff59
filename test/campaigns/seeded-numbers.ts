import { deterministicRandom } from "@primepack/test-support";

/** Numbers from 0 to below 1, one a call: the same for the same seed. */
export function seededNumbers(seed: string): () => number {
  const random = deterministicRandom(seed);
  let drawn = 0;
  return () => {
    drawn += 1;
    return Buffer.from(random(4, String(drawn))).readUInt32BE() / 2 ** 32;
  };
}
