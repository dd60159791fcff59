import { describe, expect, it } from "vitest";
import { errorObjectType, statisticsObjectType } from "./object-type.ts";

describe("errorObjectType()", () => {
  it.each([
    ["SPFile", "File"],
    ["File", "File"],
    ["SPListItem", "ListItem"],
    ["SPDocumentLibrary", "List"],
    ["SPUser", "Invalid"],
    ["", ""],
  ])("calls %j %j", (objectType, name) => {
    expect(errorObjectType(objectType)).toBe(name);
  });
});

describe("statisticsObjectType()", () => {
  it.each([
    ["SPFile", "SPFile"],
    ["Folder", "SPFolder"],
  ])("calls %j %j", (objectType, name) => {
    expect(statisticsObjectType(objectType)).toBe(name);
  });
});
