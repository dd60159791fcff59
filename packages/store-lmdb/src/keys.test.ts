import { describe, expect, it } from "vitest";
import { EntryKeys } from "./keys.ts";

/** Short and long ones around the bound, in characters and in bytes, and ones that are no UTF-8. */
const names = ["", "a", "b", "caf\u00e9", "caf\udce9", "\u{1f600}", "T"]
  .concat([158, 159, 160, 161, 162, 500].map((length) => "x".repeat(length)))
  .concat([52, 53, 54, 160, 161].map((length) => "\u20ac".repeat(length)));
const paths = names.flatMap((name) => [[name], ["a", name], ["a", "b", name], [name, "a"]]);

describe("EntryKeys", () => {
  it("looks up by the key that it stores by, whatever was looked up before", () => {
    const keys = new EntryKeys();
    for (const path of [...paths, ...paths.toReversed()]) {
      expect(Buffer.from(keys.lookUpKey(path))).toEqual(new EntryKeys().key(path));
    }
  });

  it("gives each path a key of its own, as short as LMDB takes them", () => {
    const keys = new EntryKeys();
    const made = paths.map((path) => keys.key(path));
    const apart = new Set(paths.map((path) => JSON.stringify(path)));
    expect(new Set(made.map((key) => key.toString("hex"))).size).toBe(apart.size);
    for (const key of made) expect(key.length).toBeLessThanOrEqual(511);
  });
});
