import { describe, expect, test } from "vitest";
import type { RenameReason } from "../model/index.ts";
import { looksLikeSavedPage, nameFaults } from "./name-rules.ts";

const FILE = { kind: "file", inRoot: false } as const;
const FOLDER = { kind: "folder", inRoot: false } as const;

describe("nameFaults()", () => {
  test.each([
    ["plan.txt"],
    [".gitignore"],
    ["~draft.txt"],
    ["R&D #1 100% {a} 'b' + (c);,"],
    ["CON.txt"],
    ["Console"],
    ["COM10"],
    ["vti_"],
    ["_vti"],
    ["naïve 日本語 Ключ 😀.txt"],
    ["e\u0301"],
    ["x".repeat(255)],
    ["forms"],
  ])("takes the file name %j", (name) => {
    expect(nameFaults(name, FILE)).toEqual([]);
  });

  test.each<[string, RenameReason[]]>([
    ["", ["empty-name"]],
    ...[...'"*:<>?/\\|', "\0", "\t", "\n", "\u001f", "\u007f", "\ud800", "\udcff", "\ufffe", "\uffff"].map(
      (unit): [string, RenameReason[]] => [`a${unit}b`, ["invalid-character"]],
    ),
    [" a", ["leading-or-trailing"]],
    ["a ", ["leading-or-trailing"]],
    ["a.", ["leading-or-trailing"]],
    [".", ["leading-or-trailing"]],
    ["..", ["leading-or-trailing"]],
    ["~$owner.docx", ["leading-or-trailing"]],
    ...[".lock", "CON", "prn", "Aux", "nul", "com0", "COM9", "lpt0", "LPT9", "Desktop.ini"].map(
      (name): [string, RenameReason[]] => [name, ["reserved-name"]],
    ),
    ["a_VTI_b", ["reserved-name"]],
    ["x".repeat(256), ["name-too-long"]],
    [`:_vti_${"x".repeat(256)}.`, ["invalid-character", "leading-or-trailing", "reserved-name", "name-too-long"]],
  ])("refuses the file name %j as %j", (name, faults) => {
    expect(nameFaults(name, FILE)).toEqual(faults);
  });

  test("refuses a leading tilde for folders only", () => {
    expect(nameFaults("~a", FOLDER)).toEqual(["leading-or-trailing"]);
    expect(nameFaults("~a", FILE)).toEqual([]);
  });

  test("refuses Forms in any case as a folder of the library's root only", () => {
    expect(nameFaults("FORMS", { kind: "folder", inRoot: true })).toEqual(["reserved-name"]);
    expect(nameFaults("forms", { kind: "file", inRoot: true })).toEqual([]);
    expect(nameFaults("Forms", FOLDER)).toEqual([]);
  });
});

describe("looksLikeSavedPage()", () => {
  test("knows the ends of folders that Office saves web pages with", () => {
    expect(["a_files", "A_FILE", "a-dateien", "a_fichiers"].filter((name) => !looksLikeSavedPage(name))).toEqual([]);
    expect(["files", "a_files2", "a files"].filter(looksLikeSavedPage)).toEqual([]);
  });
});
