import { describe, expect, test } from "vitest";
import { uuidv5 } from "../model/uuid.ts";
import { Identity, normalizeGuid, PRIMEPACK_NAMESPACE } from "./identity.ts";

const URL_NAMESPACE = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
const LIST_ID = "b2222222-2222-4222-8222-222222222222";
const ROOT: Uint8Array = new Uint8Array();

// Computed by an independent implementation: Python's uuid, hashlib and unicodedata.
const VECTORS: readonly (readonly ["folder" | "file" | "item", readonly string[], number, string])[] = [
  ["folder", ["Projects"], 0, "a5b1c3e1-7c51-5ddf-8a7b-ace897f72645"],
  ["folder", ["Projects", "2024"], 0, "46047d95-d0eb-5418-b55f-795be54d3f26"],
  ["file", ["Projects", "2024", "plan.txt"], 0, "02bb6826-f9d1-53f0-a418-372382f2f3a3"],
  ["item", ["Projects", "2024", "plan.txt"], 0, "eafba6e1-7b7c-529c-aed4-0f1c634794e9"],
  ["file", ["Projects", "2024", "plan.txt"], 1, "17c34b26-2193-5623-8e36-8be181540cfa"],
  ["file", ["naïve 日本語.txt"], 0, "7b66f3c3-5b9b-5daf-8057-fee65d9c2ef6"],
  ["folder", ["STRASSE & Größe", "ΟΔΟΣ"], 0, "a0538ea8-a248-5a13-b35f-449e88c9be3d"],
  ["file", ["😀 İı ꮉ.md"], 0, "399c7c1b-cb96-5be2-8af7-00868a68f985"],
];

function idOf(identity: Identity, kind: "folder" | "file" | "item", path: readonly string[], generation = 0): string {
  return identity.id(
    kind,
    path.reduce((bytes, name) => identity.extend(bytes, name), ROOT),
    generation,
  );
}

describe("Identity", () => {
  const identity = new Identity(LIST_ID);

  test("computes the id over length-prefixed parts in the documented layout", () => {
    const parts = [LIST_ID, "file", "0", "projects", "straße".replace("ß", "ss"), "plan.txt"];
    const bytes = Buffer.concat(
      parts.map((text) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(Buffer.byteLength(text));
        return Buffer.concat([length, Buffer.from(text)]);
      }),
    );
    expect(idOf(identity, "file", ["Projects", "Straße", "Plan.TXT"])).toBe(uuidv5(PRIMEPACK_NAMESPACE, bytes));
  });

  test.each(VECTORS)("gives the vector of %s %j in generation %i", (kind, path, generation, uuid) => {
    expect(idOf(identity, kind, path, generation)).toBe(uuid);
  });

  test("gives the same id for names that differ in case or normal form, and for any writing of the list id", () => {
    const expected = idOf(identity, "folder", ["é", "ΣΑΣ"]);
    expect(idOf(identity, "folder", ["E\u0301", "σας"])).toBe(expected);
    expect(idOf(new Identity(`{${LIST_ID.toUpperCase()}}`), "folder", ["É", "Σας"])).toBe(expected);
  });

  test("tells apart kinds, generations, lists and where one name ends and the next begins", () => {
    const ids = [
      idOf(identity, "folder", ["a", "b"]),
      idOf(identity, "file", ["a", "b"]),
      idOf(identity, "item", ["a", "b"]),
      idOf(identity, "folder", ["a", "b"], 1),
      idOf(identity, "folder", ["ab"]),
      idOf(identity, "folder", ["a", "", "b"]),
      idOf(identity, "folder", ["a/b"]),
      idOf(new Identity(URL_NAMESPACE), "folder", ["a", "b"]),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("refuses a list id that is no GUID", () => {
    expect(() => new Identity("Documents")).toThrow(expect.objectContaining({ code: "INVALID_TARGET" }));
  });
});

describe("normalizeGuid()", () => {
  test("gives lower case without braces", () => {
    expect(normalizeGuid(`{${LIST_ID.toUpperCase()}}`)).toBe(LIST_ID);
    expect(normalizeGuid(LIST_ID)).toBe(LIST_ID);
  });

  test.each([
    "",
    "b2222222222242228222222222222222",
    `{${LIST_ID}`,
    `${LIST_ID}}`,
    ` ${LIST_ID}`,
    `${LIST_ID}\n`,
    "g2222222-2222-4222-8222-222222222222",
  ])("refuses %j", (text) => {
    expect(normalizeGuid(text)).toBeUndefined();
  });
});
