import { describe, expect, it } from "vitest";
import { folded, isThicket, refusedName } from "./name-rules.ts";

const file = { kind: "file", inRoot: false } as const;
const folder = { kind: "folder", inRoot: false } as const;

describe("refusedName()", () => {
  it("takes what SharePoint Online takes", () => {
    for (const name of [
      "a",
      "R&D #1 100%",
      "it's + (1)",
      "日本語",
      "😀",
      "_x",
      ".hidden",
      "a;b",
      "a,b",
      "{a}~b",
      "com10",
      "CON.txt",
    ]) {
      expect(refusedName(name, file), name).toBeUndefined();
      expect(refusedName(name, folder), name).toBeUndefined();
    }
  });

  it("refuses each character of the list, control characters, and what XML can't hold", () => {
    for (const character of [
      '"',
      "*",
      ":",
      "<",
      ">",
      "?",
      "/",
      "\\",
      "|",
      "\u0000",
      "\u001f",
      "\u007f",
      "\ud800",
      "\udfff",
      "\uffff",
    ]) {
      expect(refusedName(`a${character}b`, file), JSON.stringify(character)).toBeDefined();
    }
  });

  it("refuses reserved names in any case, and _vti_ anywhere", () => {
    for (const name of [
      ".lock",
      "CON",
      "prn",
      "Aux",
      "NUL",
      "com0",
      "COM9",
      "lpt0",
      "LPT9",
      "Desktop.ini",
      "_vti_",
      "a_VTI_b",
    ]) {
      expect(refusedName(name, file), name).toBeDefined();
    }
  });

  it("refuses spaces at the ends, a period at the end, and the marks of temporary files", () => {
    for (const name of ["", " a", "a ", "a.", ".", "..", "~$a.docx"])
      expect(refusedName(name, file), name).toBeDefined();
    expect(refusedName("~a", file)).toBeUndefined();
    expect(refusedName("~a", folder)).toBeDefined();
  });

  it("refuses Forms as a folder in the root only", () => {
    expect(refusedName("Forms", { kind: "folder", inRoot: true })).toBeDefined();
    expect(refusedName("Forms", { kind: "file", inRoot: true })).toBeUndefined();
    expect(refusedName("Forms", folder)).toBeUndefined();
  });

  it("counts UTF-16 units", () => {
    expect(refusedName("n".repeat(255), file)).toBeUndefined();
    expect(refusedName("n".repeat(256), file)).toBeDefined();
    expect(refusedName("😀".repeat(128), file)).toBeDefined();
  });
});

describe("isThicket()", () => {
  it("knows the folders of saved pages", () => {
    expect(["page_files", "Seite-Dateien", "p_FICHIERS", "files"].map(isThicket)).toEqual([true, true, true, false]);
  });
});

describe("folded()", () => {
  it("holds case and composition for equal", () => {
    expect(folded("STRASSE é")).toBe(folded("straße e\u0301"));
    expect(folded("a")).not.toBe(folded("b"));
  });
});
