import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NAME_MAX_LENGTH } from "../model/index.ts";
import { type NamePlace, nameFaults } from "./name-rules.ts";
import {
  decodeName,
  HASH_DIGITS_MAX,
  hashedName,
  legalName,
  type RenameStyle,
  SHORTENED_MIN_LENGTH,
} from "./rename.ts";

const FILE: NamePlace = { kind: "file", inRoot: false };
const FOLDER: NamePlace = { kind: "folder", inRoot: true };

const place: fc.Arbitrary<NamePlace> = fc.record({
  kind: fc.constantFrom("folder", "file"),
  inRoot: fc.boolean(),
});
const style = fc.constantFrom<RenameStyle[]>("hex", "underscore");

/** Names out of what the rules are about, besides arbitrary text with lone surrogates. */
const hostileName = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ..."_x0041vVtTiIcCoOnN .~$<:/\\a\u0301\u0338é\t\u007f\ufffe",
        "_vti_",
        "_x0041_",
        "forms",
        "\ud83d\ude00",
        "\ud83d",
        "\udc80",
        "y".repeat(120),
        ".tar.gz",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 }).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: "binary", maxLength: 300 }),
);

describe("legalName()", () => {
  test.each([
    ["plan.txt", FILE, "plan.txt", []],
    ["a<b>:c", FILE, "a_x003C_b_x003E__x003A_c", ["invalid-character"]],
    [" a. ", FILE, "_x0020_a._x0020_", ["leading-or-trailing"]],
    ["..", FILE, "._x002E_", ["leading-or-trailing"]],
    ["", FILE, "_x_", ["empty-name"]],
    ["CON", FILE, "_x0043_ON", ["reserved-name"]],
    ["forms", FOLDER, "_x0066_orms", ["reserved-name"]],
    ["a_vti_vti_b", FILE, "a__x0076_ti__x0076_ti_b", ["reserved-name"]],
    ["<vti>", FILE, "_x003C__x0076_ti_x003E_", ["invalid-character"]],
    ["~a", FOLDER, "_x007E_a", ["leading-or-trailing"]],
    ["~$a.docx", FILE, "_x007E_$a.docx", ["leading-or-trailing"]],
    ["caf\udce9", FILE, "caf_xDCE9_", ["invalid-character"]],
    ["cafe\u0301", FILE, "café", ["not-normalized"]],
    ["_x0041_", FILE, "_x0041_", []],
    ["_x0041_?", FILE, "_x005F_x0041__x003F_", ["invalid-character"]],
    ["_x0041:", FILE, "_x005F_x0041_x003A_", ["invalid-character"]],
  ] as const)("writes %j in %j as %j", (name, at, expected, why) => {
    expect(legalName(name, at, "hex")).toEqual({ name: expected, why });
  });

  test.each([
    ["a<b>:c", FILE, "a_b__c"],
    [" a. ", FILE, "_a._"],
    ["..", FILE, "._"],
    ["", FILE, "_"],
    ["CON", FILE, "_CON"],
    ["desktop.ini", FILE, "_desktop.ini"],
    ["forms", FOLDER, "_forms"],
    ["a_vti_vti_b", FILE, "a_v_ti_v_ti_b"],
    ["<vti>", FILE, "_v_ti_"],
    ["~a", FOLDER, "_a"],
  ] as const)("writes %j in %j with underscores as %j", (name, at, expected) => {
    expect(legalName(name, at, "underscore").name).toBe(expected);
  });

  test("gives names that break no rule, are in NFC, and stay as they are when renamed again", () => {
    fc.assert(
      fc.property(hostileName, place, style, (name, at, how) => {
        const legal = legalName(name, at, how);
        expect(nameFaults(legal.name, at)).toEqual([]);
        expect(legal.name.normalize("NFC")).toBe(legal.name);
        expect(legalName(legal.name, at, how)).toEqual({ name: legal.name, why: [] });
        expect(legal.why.length === 0).toBe(legal.name === name);
      }),
      { numRuns: 3000 },
    );
  });

  test("cuts a name that is too long and keeps its extension", () => {
    const { name, why } = legalName(`${"é".repeat(300)}.tar.gz`, FILE, "hex");
    expect(why).toEqual(["name-too-long"]);
    expect(name).toMatch(/^é+~[0-9a-f]{8}\.gz$/);
    expect(name).toHaveLength(NAME_MAX_LENGTH);
  });

  test("gives different names to different long names", () => {
    const long = "x".repeat(300);
    const names = [`${long}\ud800`, `${long}\udc80`, `${long}\udc81`].map((name) => legalName(name, FILE, "hex").name);
    expect(new Set(names).size).toBe(3);
  });
});

describe("decodeName()", () => {
  test("leads every name of style hex that got no hash back to its source in NFC", () => {
    fc.assert(
      fc.property(hostileName, place, (name, at) => {
        const legal = legalName(name, at, "hex");
        fc.pre(legal.why.length > 0 && !legal.why.includes("name-too-long"));
        expect(decodeName(legal.name)).toBe(name.normalize("NFC"));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("hashedName()", () => {
  test("puts the SHA-256 of the source's name before the extension", () => {
    // printf 'Name.txt' | iconv -t UTF-16LE | sha256sum
    expect(hashedName("Name.txt", "Name.txt", "file", 8, 255)).toBe("Name~8daf0478.txt");
    expect(hashedName("Name.txt", "Name.txt", "folder", 8, 255)).toBe("Name.txt~8daf0478");
    expect(hashedName("Name.txt", "Name.txt", "file", 16, 255)).toBe("Name~8daf04784f92551b.txt");
    expect(hashedName("Name.txt", ".gitignore", "file", 8, 255)).toBe(".gitignore~8daf0478");
  });

  test("stays within the length, drops the extension before the name, and gives up below the shortest name", () => {
    const name = "archive.properties";
    expect(hashedName(name, name, "file", 8, 21)).toMatch(/^a~.{8}\.properties$/);
    expect(hashedName(name, name, "file", 8, 20)).toMatch(/^archive\.pro~.{8}$/u);
    expect(hashedName(name, name, "file", 8, SHORTENED_MIN_LENGTH)).toMatch(/^a~.{8}$/);
    expect(hashedName(name, name, "file", 8, SHORTENED_MIN_LENGTH - 1)).toBeUndefined();
  });

  test("does not cut a surrogate pair", () => {
    expect(hashedName("😀😀", "😀😀", "folder", 8, 12)).toMatch(/^😀~.{8}$/u);
    expect(hashedName("😀😀", "😀😀", "folder", 8, SHORTENED_MIN_LENGTH)).toBeUndefined();
  });

  test("gives names that break no rule whatever name they are made of", () => {
    fc.assert(
      fc.property(
        hostileName,
        place,
        style,
        fc.constantFrom(8, 16, HASH_DIGITS_MAX),
        fc.nat(300),
        (name, at, how, digits, length) => {
          const legal = legalName(name, at, how).name;
          const hashed = hashedName(name, legal, at.kind, digits, length);
          fc.pre(hashed !== undefined);
          expect(hashed.length).toBeLessThanOrEqual(length);
          expect(nameFaults(hashed, at)).toEqual([]);
          expect(hashed.normalize("NFC")).toBe(hashed);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
