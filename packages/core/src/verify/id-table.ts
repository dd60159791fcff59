import { hash } from "node:crypto";

/** 128 bits of a GUID or a digest, as four words. */
export type Key128 = Uint32Array;

/** Words of a slot: the key and a value; a value of 0 marks a free slot. */
const SLOT_WORDS = 5;
const FIRST_SLOTS = 1024;
/** Filled further, a look-up steps over too many others. */
const MOST_FILLED = 0.8;

/**
 * A map from 128 bits to a number from 1, in 20 bytes a slot: 25 to 50 bytes an entry, without an object for any.
 *
 * GUIDs are told apart exactly. Digests (cut to 128 bits) are too as long as nobody searches for clashes on purpose:
 * among 10^9 of them two are alike with a chance below 10^-20.
 */
export class IdTable {
  #words = new Uint32Array(FIRST_SLOTS * SLOT_WORDS);
  #slots = FIRST_SLOTS;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The value, or 0 if there is none. */
  get(key: Key128): number {
    return this.#words[this.#find(key) + 4] ?? 0;
  }

  /** Sets a value from 1 to 2^32 - 1, and gives the one that it replaced, or 0. */
  set(key: Key128, value: number): number {
    if (!(value >= 1 && value <= 0xffffffff))
      throw new RangeError("Cannot keep a value as it must be from 1 to 2^32 - 1");
    const at = this.#find(key);
    const before = this.#words[at + 4] ?? 0;
    this.#words.set(key, at);
    this.#words[at + 4] = value;
    if (before === 0) {
      this.#size++;
      if (this.#size > this.#slots * MOST_FILLED) this.#grow();
    }
    return before;
  }

  /** True the first time. */
  add(key: Key128): boolean {
    return this.set(key, 1) === 0;
  }

  /** Where the key is, or the free slot where it belongs. */
  #find(key: Key128): number {
    const words = this.#words;
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key;
    const mask = this.#slots - 1;
    // Version and variant bits of GUIDs stand in the middle words; all four take part, so that counted-up GUIDs spread.
    let slot = (Math.imul(k0 ^ Math.imul(k1, 0x9e3779b1) ^ Math.imul(k2, 0x85ebca6b) ^ k3, 0x2c1b3c6d) >>> 7) & mask;
    for (;;) {
      const at = slot * SLOT_WORDS;
      if (words[at + 4] === 0) return at;
      if (words[at] === k0 && words[at + 1] === k1 && words[at + 2] === k2 && words[at + 3] === k3) return at;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * SLOT_WORDS);
    const key = new Uint32Array(4);
    for (let at = 0; at < old.length; at += SLOT_WORDS) {
      if (old[at + 4] === 0) continue;
      for (let word = 0; word < 4; word++) key[word] = old[at + word] ?? 0;
      const to = this.#find(key);
      for (let word = 0; word < SLOT_WORDS; word++) this.#words[to + word] = old[at + word] ?? 0;
    }
  }
}

/** The bits of a GUID with hyphens; undefined for other strings. */
export function guidKey(guid: string): Key128 | undefined {
  if (guid.length !== 36) return undefined;
  const digits = guid.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/i.test(digits)) return undefined;
  return Uint32Array.of(
    Number.parseInt(digits.slice(0, 8), 16),
    Number.parseInt(digits.slice(8, 16), 16),
    Number.parseInt(digits.slice(16, 24), 16),
    Number.parseInt(digits.slice(24, 32), 16),
  );
}

/** 128 bits of a SHA-256 over the parts, each set apart from the next. */
export function digestKey(...parts: readonly (string | number)[]): Key128 {
  const bytes = hash("sha256", JSON.stringify(parts), "buffer");
  return Uint32Array.of(bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12));
}
